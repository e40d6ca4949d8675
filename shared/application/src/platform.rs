//! The platform that runs this process, by the variables that it sets.

use std::{fmt, time::Duration};

use catamaran_boot::settings::Reader;
use store::PoolSize;

/// A platform that the settings know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// `DYNO`
    Heroku,
    /// `K_SERVICE`
    CloudRun,
    /// `RENDER`
    Render,
    /// `FLY_APP_NAME`
    Fly,
    /// `KUBERNETES_SERVICE_HOST`
    Kubernetes,
}

const VARIABLES: [(&str, Platform); 5] = [
    ("DYNO", Platform::Heroku),
    ("K_SERVICE", Platform::CloudRun),
    ("RENDER", Platform::Render),
    ("FLY_APP_NAME", Platform::Fly),
    ("KUBERNETES_SERVICE_HOST", Platform::Kubernetes),
];

impl Platform {
    /// None on a machine of one's own.
    pub(crate) fn read(reader: &Reader<'_>) -> Option<Self> {
        let mut set = VARIABLES.into_iter().filter(|(variable, _)| !reader.is_unset(variable));
        set.next().map(|(_, platform)| platform)
    }

    /// Whether every file of a process is gone after its end, and no volume can be attached.
    pub(crate) const fn loses_files(self) -> bool {
        matches!(self, Self::Heroku | Self::CloudRun)
    }

    /// The connections to the database that each process opens by default. Heroku's smallest database takes 20: two processes share them, and
    /// a release can run each twice.
    pub(crate) fn pool_size(self) -> Option<PoolSize> {
        (self == Self::Heroku).then(|| "5".parse().expect("a number in range"))
    }

    /// The time from SIGTERM until the platform kills a process, where no setting of the platform changes it.
    pub(crate) const fn time_to_live(self) -> Option<Duration> {
        match self {
            Self::Heroku => Some(Duration::from_secs(30)),
            Self::CloudRun => Some(Duration::from_secs(10)),
            Self::Render | Self::Fly | Self::Kubernetes => None,
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Heroku => "Heroku",
            Self::CloudRun => "Cloud Run",
            Self::Render => "Render",
            Self::Fly => "Fly",
            Self::Kubernetes => "Kubernetes",
        })
    }
}
