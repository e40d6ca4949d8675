//! Enums with named values.

/// A type with a fixed list of named values, so that texts and catalogues can be checked against [`ALL`](Named::ALL).
pub trait Named: Copy + Ord + std::fmt::Debug + 'static {
    /// All values, in the order in which pages show them.
    const ALL: &'static [Self];

    /// The value's name in JSON.
    fn as_str(self) -> &'static str;
}

/// Declares an enum with its values' names. JSON names, the list of values and [`Named`] come from this one list, so that none can miss a
/// value.
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
