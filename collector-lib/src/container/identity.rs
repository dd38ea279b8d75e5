//! Which control groups are those of containers.

/// What the path of a container's group says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity<'a> {
    /// 64 hexadecimal digits.
    pub(super) id: &'a str,
    pub(super) runtime: Runtime,
}

/// Who runs a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runtime {
    Docker,
    Podman,
}

impl Runtime {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }
}

impl<'a> Identity<'a> {
    /// Of the group at `path`, whose last part is `name`; none if it is not that of a container.
    ///
    /// With systemd as their manager of groups the runtimes make `docker-ID.scope` and `libpod-ID.scope`, in any slice;
    /// without, `/docker/ID` and `/libpod_parent/libpod-ID`. Docker in Docker nests them.
    pub(super) fn of(path: &str, name: &'a str) -> Option<Self> {
        let scope = name.strip_suffix(".scope");
        let (id, runtime) = if let Some(id) = scope.and_then(|name| name.strip_prefix("docker-")) {
            (id, Runtime::Docker)
        } else if let Some(id) = scope.unwrap_or(name).strip_prefix("libpod-") {
            (id, Runtime::Podman)
        } else {
            let parent = path.rsplit('/').nth(1)?;
            (name, (parent == "docker").then_some(Runtime::Docker)?)
        };
        let is_id = id.len() == ID_DIGITS && id.bytes().all(|digit| digit.is_ascii_hexdigit());
        // Of a container's monitor (`libpod-conmon-ID.scope`) nothing is told.
        is_id.then_some(Self { id, runtime })
    }
}

const ID_DIGITS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn check(path: &str, runtime: Option<Runtime>) {
        let path = path.replace("ID", ID);
        let identity = Identity::of(&path, path.rsplit('/').next().unwrap());
        assert_eq!(identity, runtime.map(|runtime| Identity { id: ID, runtime }), "{path}");
    }

    #[test]
    fn runtimes_name_groups_in_their_ways() {
        check("/system.slice/docker-ID.scope", Some(Runtime::Docker));
        check("/docker/ID", Some(Runtime::Docker));
        check("/machine.slice/libpod-ID.scope", Some(Runtime::Podman));
        check("/libpod_parent/libpod-ID", Some(Runtime::Podman));
        let rootless = "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope";
        check(rootless, Some(Runtime::Podman));
        check("/machine.slice/libpod-conmon-ID.scope", None);
        check("/system.slice/docker-0123.scope", None);
        check("/system.slice/docker.service", None);
        check("/kubepods/ID", None);
        check("/ID", None);
    }
}
