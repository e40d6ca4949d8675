use super::reader::{Reader, without_credentials};
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);
impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&without_credentials(&self.0)) }
}
pub(super) fn read(reader: &mut Reader<'_>) -> DatabaseUrl {
    reader.parse_url("DATABASE_URL", |t| Ok(DatabaseUrl(t.to_owned()))).unwrap_or_else(|| DatabaseUrl("sqlite:catamaran.sqlite3".into()))
}
