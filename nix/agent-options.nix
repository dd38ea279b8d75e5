# `services.grapevine.agent.settings`: agent.toml, with its names. What is not here can be set all the same.
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
  texts = types.listOf types.str;
in
lib.mkOption {
  default = { };
  description = "Configuration of the agent, as agent.example.toml explains it.";
  type = types.submodule {
    freeformType = toml.type;
    options = {
      metrics_agent = mkOption {
        default = { };
        description = "Who the agent is, and whom it talks to.";
        type = types.submodule {
          freeformType = toml.type;
          options = {
            bind = mkOption {
              type = types.str;
              default = "127.0.0.1";
              description = "Address to listen on; beyond loopback it takes a key.";
            };
            port = mkOption {
              type = types.port;
              default = 6130;
              description = "Port to listen on.";
            };
            discovery = mkOption {
              type = types.bool;
              default = false;
              description = "Whether to look for agents on the LAN, and to be found there.";
            };
            plaintext = key types.bool "Whether links may go unencrypted, where the network below encrypts.";
            neighbors = key texts "Agents to keep a link to, as host:port.";
            links = key types.ints.u8 "Links that the agent finds for itself.";
            allow_origins = key texts "The only hosts whose frames are taken.";
            host_name = key types.str "The host's name in the network.";
            role = key types.str "What the host is for.";
            groups = key texts "Groups that the host belongs to.";
            interval_ms = key (types.ints.between 500 60000) "Time between frames in milliseconds.";
            hop_limit = key types.ints.u8 "The most links that this host's frames cross.";
            critical = key types.bool "Whether this host's frames take two paths.";
          };
        };
      };
      collectors = mkOption {
        default = { };
        description = "Which collectors run, and how often.";
        type = types.attrsOf (
          types.submodule {
            freeformType = toml.type;
            options = {
              enabled = key types.bool "Whether it runs.";
              interval_ms = key types.ints.positive "Time between its passes in milliseconds.";
            };
          }
        );
      };
    };
  };
}
