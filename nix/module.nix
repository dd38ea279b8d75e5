# NixOS: `services.grapevine.agent` and `services.grapevine.dashboard`.
{
  config,
  lib,
  pkgs,
  ...
}:

let
  inherit (lib) mkEnableOption mkIf mkOption types;
  cfg = config.services.grapevine;
  toml = pkgs.formats.toml { };
  agentOptions = import ./agent-options.nix { inherit lib toml; };
  dashboardOptions = import ./dashboard-options.nix { inherit lib toml; };

  # What is not set has the program's own default.
  set = lib.filterAttrsRecursive (_name: value: value != null);

  # A path that systemd reads as root. What is in the store, everybody can read.
  secret =
    what:
    mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "/run/secrets/grapevine";
      description = "File with ${what}: a path on the host, as text, and never in the store.";
    };
  isOutOfStore = path: path == null || !(lib.hasPrefix builtins.storeDir path);
  secrets = {
    "services.grapevine.agent.keyFile" = cfg.agent.keyFile;
    "services.grapevine.dashboard.keyFile" = cfg.dashboard.keyFile;
    "services.grapevine.dashboard.tokenFile" = cfg.dashboard.tokenFile;
  };
  credential = name: path: lib.optional (path != null) "${name}:${path}";
in
{
  options.services.grapevine = {
    agent = {
      enable = mkEnableOption "Grapevine's agent";
      package = lib.mkPackageOption pkgs "grapevine" { };
      openFirewall = mkOption {
        type = types.bool;
        default = false;
        description = "Whether to let neighbours in, at the port of the settings.";
      };
      keyFile = secret "the cluster's keys, as `grapevine-agent keygen` makes it";
      smart = mkOption {
        type = types.bool;
        default = true;
        description = "Whether root reads the health of drives for the agent, every minute.";
      };
      settings = agentOptions;
    };
    dashboard = {
      enable = mkEnableOption "Grapevine's dashboard for browsers, scripts and Prometheus";
      package = lib.mkPackageOption pkgs "grapevine" { };
      openFirewall = mkOption {
        type = types.bool;
        default = false;
        description = "Whether to let browsers in, at the port of the settings.";
      };
      keyFile = secret "a viewer's key; without one the dashboard uses the tap of the agent on its host";
      tokenFile = secret "the token of those who may look, 16 characters at the least";
      settings = dashboardOptions;
    };
  };

  config = lib.mkMerge [
    {
      assertions = lib.mapAttrsToList (name: path: {
        assertion = isOutOfStore path;
        message = "${name}: ${toString path} is in the store, where everybody can read it: give a path outside, as text";
      }) secrets;
    }
    (mkIf (cfg.agent.enable || cfg.dashboard.enable) {
      users.groups.grapevine = { };
    })
    (mkIf cfg.agent.enable {
      users.users.grapevine = {
        isSystemUser = true;
        group = "grapevine";
        description = "Grapevine agent";
      };
      environment.systemPackages = [ cfg.agent.package ];
      environment.etc."grapevine/agent.toml".source = toml.generate "agent.toml" (set cfg.agent.settings);
      systemd.packages = [ cfg.agent.package ];
      systemd.services.grapevine-agent = {
        wantedBy = [ "multi-user.target" ];
        restartTriggers = [ config.environment.etc."grapevine/agent.toml".source ];
        # The agent takes its key from there if the settings name none.
        serviceConfig.LoadCredential = credential "cluster.key" cfg.agent.keyFile;
      };
      networking.firewall.allowedTCPPorts = lib.optional cfg.agent.openFirewall cfg.agent.settings.metrics_agent.port;
      networking.firewall.allowedUDPPorts =
        lib.optional (cfg.agent.openFirewall && cfg.agent.settings.metrics_agent.discovery) 6130;
    })
    (mkIf (cfg.agent.enable && cfg.agent.smart) {
      systemd.timers.grapevine-smart.wantedBy = [ "timers.target" ];
      systemd.services.grapevine-smart = {
        # The unit looks for it where other distributions have it.
        unitConfig.ConditionPathExists = [ "" ];
        serviceConfig.ExecStart = [
          ""
          "${cfg.agent.package}/bin/grapevine-agent smart --out /run/grapevine-smart --smartctl ${pkgs.smartmontools}/bin/smartctl"
        ];
      };
    })
    (mkIf cfg.dashboard.enable {
      users.users.grapevine-dashboard = {
        isSystemUser = true;
        group = "grapevine-dashboard";
        extraGroups = [ "grapevine" ];
        description = "Grapevine dashboard";
      };
      users.groups.grapevine-dashboard = { };
      environment.systemPackages = [ cfg.dashboard.package ];
      environment.etc."grapevine/dashboard.toml".source = toml.generate "dashboard.toml" (set cfg.dashboard.settings);
      systemd.packages = [ cfg.dashboard.package ];
      systemd.services.grapevine-dashboard = {
        wantedBy = [ "multi-user.target" ];
        restartTriggers = [ config.environment.etc."grapevine/dashboard.toml".source ];
        serviceConfig = {
          LoadCredential =
            credential "viewer.key" cfg.dashboard.keyFile ++ credential "serve.token" cfg.dashboard.tokenFile;
          Environment =
            lib.optional (cfg.dashboard.keyFile != null) "GRAPEVINE_KEY_FILE=%d/viewer.key"
            ++ lib.optional (cfg.dashboard.tokenFile != null) "GRAPEVINE_SERVE_TOKEN_FILE=%d/serve.token";
        };
      };
      networking.firewall.allowedTCPPorts = lib.optional cfg.dashboard.openFirewall (
        lib.toInt (lib.last (lib.splitString ":" cfg.dashboard.settings.serve.listen))
      );
    })
  ];
}
