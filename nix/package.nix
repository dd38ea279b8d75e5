# The agent, what reads GPUs for it, and the dashboards.
{
  lib,
  stdenv,
  rustPlatform,
  installShellFiles,
}:

rustPlatform.buildRustPackage {
  pname = "grapevine";
  version = (lib.importTOML ../Cargo.toml).workspace.package.version;

  src = lib.cleanSource ../.;
  cargoLock.lockFile = ../Cargo.lock;

  buildType = "dist";
  cargoBuildFlags = [
    "--package=grapevine-agent"
    "--package=grapevine-gpu"
    "--package=grapevine-cli"
  ];
  # They take root, network namespaces and a systemd: .ci/run runs them.
  doCheck = false;

  nativeBuildInputs = [ installShellFiles ];

  postInstall = ''
    for units in agent/units dashboard-sub/cli/units; do
      for unit in $units/*.service $units/*.timer; do
        [ ! -e "$unit" ] || install -D -m 644 "$unit" -t $out/lib/systemd/system
      done
    done
    substituteInPlace $out/lib/systemd/system/*.service --replace-fail /usr/bin/grapevine $out/bin/grapevine
  ''
  + lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    for package in agent cli; do
      mkdir pages-$package
      cargo run --offline --profile dist --package grapevine-$package --example pages -- pages-$package
      installManPage pages-$package/*.1
      installShellCompletion pages-$package/{*.bash,*.fish,_*}
    done
  '';

  meta = {
    description = "Live metrics of all your Linux hosts, from any of them, without a server";
    license = with lib.licenses; [
      mit
      asl20
    ];
    platforms = lib.platforms.linux;
    mainProgram = "grapevine";
  };
}
