//! Enums whose values have names.

/// A type whose values are all known by name: texts and catalogues are checked against [`ALL`](Named::ALL).
pub trait Named: Copy + Ord + std::fmt::Debug + 'static {
    /// All values, in the order in which pages show them.
    const ALL: &'static [Self];

    /// The value's name in JSON.
    fn as_str(self) -> &'static str;
}

/// Declares an enum with the names of its values. The JSON names, the list of all values and [`Named`] come from this one list, so that no
/// value can be missing in one of them.
macro_rules! named {
    ($(#[$meta:meta])* pub enum $Enum:ident { $($(#[$doc:meta])* $Value:ident = $name:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $Enum {
            $($(#[$doc])* #[serde(rename = $name)] $Value,)+
        }

        impl $Enum {
            /// All values, in the order in which pages show them.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$Value),+];

            /// The value's name in JSON.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$Value => $name,)+
                }
            }
        }

        impl $crate::Named for $Enum {
            const ALL: &'static [Self] = &Self::ALL;

            fn as_str(self) -> &'static str {
                self.as_str()
            }
        }
    };
}
pub(crate) use named;
