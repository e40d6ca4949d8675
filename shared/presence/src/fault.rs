//! Errors of presence as failures of a consumer's method, so that `?` works there.

use catamaran::{ConsumerError, Fault};

use crate::PresenceError;

/// A store that is away is a fault of the server, which the client may try again. Any other error refuses the member.
impl From<PresenceError> for Fault {
    fn from(error: PresenceError) -> Self {
        match error {
            PresenceError::Unavailable(_) | PresenceError::Payload(_) => Self::unavailable(error),
            PresenceError::Refused { .. } => Self::refused("not_a_member", "you do not belong to this group any more; leave it"),
            PresenceError::Key(_) | PresenceError::TooLarge(_) => Self::refused("bad_presence", error.to_string()),
        }
    }
}

impl From<PresenceError> for ConsumerError {
    fn from(error: PresenceError) -> Self {
        Fault::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Member;

    #[test]
    fn only_an_outage_may_be_tried_again() {
        let outage = Fault::from(PresenceError::unavailable("the line is cut"));
        assert_eq!(outage.code, "unavailable");
        assert!(outage.log.unwrap_or_default().contains("the line is cut"));
        let too_large = Fault::from(PresenceError::TooLarge(9_000));
        assert_eq!((&*too_large.code, too_large.log), ("bad_presence", None));
        let refused = PresenceError::Refused { member: Member::new("board.7", "ann"), why: "removed" };
        assert_eq!(Fault::from(refused).code, "not_a_member");
    }
}
