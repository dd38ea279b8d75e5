//! Texts of strangers, made fit to be shown.

/// `text` as one line without control characters, cut at [`LINE_BYTES_MAX`].
pub(super) fn line(text: &str) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > LINE_BYTES_MAX {
            line.truncate(line.floor_char_boundary(LINE_BYTES_MAX));
            return line.trim_end().to_owned();
        }
    }
    line
}

/// The address of a repository without the password that it may hold, as in `rest:https://user:secret@host/`.
pub(super) fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return line(address) };
    let host_ends = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(host_ends);
    match authority.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            line(&format!("{scheme}://{user}@{host}{path}"))
        }
        None => line(address),
    }
}

/// Whether a job may have this name: it is a label, a file's name and a part of an address.
pub fn is_job_name(name: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
    (1..=JOB_NAME_BYTES_MAX).contains(&name.len()) && name.chars().all(is_allowed) && !name.starts_with('.')
}

/// Longest name of a job in bytes: half of a label, and a file's name in any case.
const JOB_NAME_BYTES_MAX: usize = 64;

/// Longest line that is told, in bytes. A reading holds 256; messages are in each keyframe.
const LINE_BYTES_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_line_is_one_short_line(text: String) {
            let line = line(&text);
            prop_assert!(line.len() <= LINE_BYTES_MAX);
            prop_assert_eq!(line.trim(), &line);
            prop_assert!(!line.contains(char::is_control));
        }

        #[test]
        fn passwords_do_not_show(user in "[a-z]{1,8}", password in "[A-Z0-9]{8,20}", host in "[a-z]{1,8}") {
            for address in [
                format!("rest:https://{user}:{password}@{host}:8000/repo"),
                format!("ssh://{user}:{password}@{host}"),
                format!("sftp://{user}:@{password}@{host}/x"),
            ] {
                let shown = without_password(&address);
                prop_assert!(!shown.contains(&password), "{}", shown);
                prop_assert!(shown.contains(&host) && shown.contains(&user));
            }
        }
    }

    #[test]
    fn addresses_without_passwords_stay_as_they_are() {
        for address in
            ["/srv/borg", "ssh://borg@nas:22/./home", "sftp:nas:/srv/restic", "s3:s3.example.org/bucket"]
        {
            assert_eq!(without_password(address), address);
        }
    }
}
