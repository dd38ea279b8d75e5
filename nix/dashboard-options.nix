# `services.grapevine.dashboard.settings`: dashboard.toml, with its names. What is not here can be set all the same.
{ lib, toml }:

let
  inherit (lib) mkOption types;
  key =
    type: description:
    mkOption {
      type = types.nullOr type;
      default = null;
      inherit description;
    };
in
lib.mkOption {
  default = { };
  description = "Configuration of dashboards, as dashboard.example.toml explains it.";
  type = types.submodule {
    freeformType = toml.type;
    options.serve = mkOption {
      default = { };
      description = "The dashboard for browsers, scripts and Prometheus.";
      type = types.submodule {
        freeformType = toml.type;
        options = {
          listen = mkOption {
            type = types.strMatching ".+:[0-9]+";
            default = "127.0.0.1:8130";
            description = "Where to listen; beyond loopback it takes a token.";
          };
          attach = key (types.listOf types.str) "Agents to attach to, in order of preference.";
          session_hours = key (types.ints.between 1 744) "How many hours a session lasts.";
          tls_certificate = key types.str "Certificate chain in PEM.";
          tls_key = key types.str "Path of its private key, outside of the store.";
          tls_self_signed = key types.bool "Whether to make a certificate at the first start.";
          proxies = key (types.listOf types.str) "Reverse proxies whose word on addresses is believed.";
          update_interval_ms = key (types.ints.between 200 60000) "How often browsers look, in milliseconds.";
          theme = key (types.enum [
            "dark"
            "light"
            "auto"
          ]) "The look to start with.";
        };
      };
    };
  };
}
