//! `group-send` and `send`.

use std::{
    io::{Read, Write},
    time::Duration,
};

use anyhow::Context as _;
use catamaran::{ChannelName, GroupName, Message, MessageError, Receipt};

use crate::{Layer, Target, WrongInput, connect::connect_or_advise, format::count, integers};

/// Parses the event in `json`, or in `input` if `json` is `-`.
pub(crate) fn message(json: &str, input: &mut dyn Read) -> anyhow::Result<Message> {
    let mut text = json.to_owned();
    if json == "-" {
        text.clear();
        input.read_to_string(&mut text).context("standard input cannot be read as text")?;
    }
    let wrong = |fault: String| WrongInput(format!("{fault}; expected an event, for example {{\"type\": \"chat.message\"}}"));
    let event: serde_json::Value = serde_json::from_str(&text).map_err(|fault| wrong(format!("this is not JSON: {fault}")))?;
    if integers::too_large(&text).is_some() {
        let fault = "an integer does not fit into 64 bits; send it as a string, or as a float, with .0 at the end";
        return Err(wrong(fault.to_owned()).into());
    }
    Ok(Message::from_json(&event).map_err(|fault| wrong(without_values(&fault)))?)
}

/// The fault's text without strings of the event, which may be secrets.
fn without_values(fault: &MessageError) -> String {
    match fault {
        MessageError::MalformedType(_) => {
            "the 'type' is malformed: it must not be empty and must not start with '_' or '.'".to_owned()
        }
        other => other.to_string(),
    }
}

pub(crate) async fn to_group(
    target: &Target,
    patience: Duration,
    group: &GroupName,
    message: &Message,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let layer = connect_or_advise(target, patience).await?;
    let receipt = layer.group_send(group, message).await?;
    writeln!(out, "{}", summary(group, receipt))?;
    Ok(())
}

pub(crate) async fn to_channel(
    target: &Target,
    patience: Duration,
    channel: &ChannelName,
    message: &Message,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let layer = connect_or_advise(target, patience).await?;
    layer.send(channel, message).await?;
    match target.layer {
        Layer::Core => {
            let expiry = target.settings.expiry.as_secs();
            writeln!(out, "stored in {channel}: a reader has {expiry} s to receive it")?;
        }
        Layer::PubSub | Layer::Cluster => writeln!(out, "published to {channel}: only processes that read it now receive it")?,
    }
    Ok(())
}

fn summary(group: &GroupName, receipt: Receipt) -> String {
    match (receipt.reached, receipt.dropped) {
        (0, 0) => format!("handed to no process: nobody is in {group}"),
        (reached, 0) => format!("handed to {}", processes(reached)),
        (reached, 1) => format!("handed to {}, 1 is full", processes(reached)),
        (reached, full) => format!("handed to {}, {full} are full", processes(reached)),
    }
}

fn processes(number: usize) -> String {
    count(number as u64, "process", "processes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_event_from_the_argument_or_the_input() {
        let event = r#"{"type": "a", "n": 9007199254740993, "raw": {"$bytes": "AP8="}}"#;
        let shown = message(event, &mut std::io::empty()).unwrap().to_json();
        assert_eq!(shown, message("-", &mut event.as_bytes()).unwrap().to_json());
        assert_eq!(shown["n"], 9_007_199_254_740_993_u64);
    }

    #[test]
    fn rejects_invalid_events_with_an_example() {
        for (wrong, why) in [
            ("{", "not JSON"),
            ("[]", "map"),
            (r#"{"text": 1}"#, "type"),
            (r#"{"type": "_a"}"#, "malformed"),
            (r#"{"type": "a", "n": 18446744073709551616}"#, "64 bits"),
        ] {
            let fault = message(wrong, &mut std::io::empty()).unwrap_err();
            let text = fault.to_string();
            assert!(fault.is::<WrongInput>() && text.contains(why) && text.contains("for example"), "{text}");
        }
        assert!(message("-", &mut &b"\xff"[..]).is_err());
    }

    #[test]
    fn summarizes_the_receipt() {
        let group = GroupName::parse("room.7").unwrap();
        for (reached, dropped, text) in [
            (0, 0, "handed to no process: nobody is in room.7"),
            (1, 0, "handed to 1 process"),
            (2, 1, "handed to 2 processes, 1 is full"),
            (0, 3, "handed to 0 processes, 3 are full"),
        ] {
            assert_eq!(summary(&group, Receipt::new(reached, dropped)), text);
        }
    }
}
