# What nix/module.nix makes of a configuration, without nixpkgs: with as much of its library as the module uses. Types are
# checked, and nothing is built:
#     nix-instantiate --eval --strict --json tests/nix/evaluate.nix
let
  inherit (builtins) all any attrNames attrValues concatLists elem filter foldl' head isAttrs isBool isInt isList isString length
    listToAttrs map mapAttrs match split storeDir stringLength substring tail;

  lib = rec {
    inherit types;
    mkOption = option: { isOption = true; } // option;
    mkEnableOption = description: mkOption { type = types.bool; default = false; inherit description; };
    mkPackageOption = pkgs: name: _: mkOption { type = types.str; default = pkgs.${name}; };
    mkIf = condition: config: if condition then config else { };
    mkMerge = foldl' merge { };
    optional = condition: one: if condition then [ one ] else [ ];
    hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
    mapAttrsToList = each: set: attrValues (mapAttrs each set);
    splitString = by: text: filter isString (split by text);
    last = list: if tail list == [ ] then head list else last (tail list);
    toInt = builtins.fromJSON;
    filterAttrsRecursive = keep: set: listToAttrs (concatLists (map (name:
      let value = set.${name}; in
      optional (keep name value) { inherit name; value = if isAttrs value then filterAttrsRecursive keep value else value; }
    ) (attrNames set)));
  };

  # Lists of the same name follow each other, sets are merged.
  merge = left: right: left // mapAttrs (name: value:
    if !(left ? ${name}) then value
    else if isAttrs value then merge left.${name} value
    else if isList value then left.${name} ++ value
    else throw "${name} is set twice"
  ) right;

  simple = check: { inherit check; fill = value: value; };
  types = {
    bool = simple isBool;
    str = simple isString;
    port = types.ints.between 0 65535;
    ints = {
      u8 = types.ints.between 0 255;
      positive = simple (value: isInt value && value > 0);
      between = least: most: simple (value: isInt value && value >= least && value <= most);
    };
    enum = values: simple (value: elem value values);
    strMatching = pattern: simple (value: isString value && match pattern value != null);
    nullOr = type: { check = value: value == null || type.check value; fill = value: if value == null then null else type.fill value; };
    listOf = type: { check = value: isList value && all type.check value; fill = map type.fill; };
    attrsOf = type: { check = value: isAttrs value && all type.check (attrValues value); fill = mapAttrs (_: type.fill); };
    submodule = { options, ... }: { check = isAttrs; fill = given: given // fill options given; };
  };

  # The values of options: those that are given, and the defaults of all others.
  fill = options: given: mapAttrs (name: option:
    if !(option ? isOption) then fill option (given.${name} or { })
    else let value = given.${name} or option.default; in
      if option.type.check value then option.type.fill value
      else throw "${name} cannot be ${builtins.toJSON value}"
  ) options;

  pkgs = {
    grapevine = "${storeDir}/grapevine";
    smartmontools = "${storeDir}/smartmontools";
    formats.toml = _: {
      type = simple (_: true);
      generate = name: value: { inherit name value; };
    };
  };

  evaluate = given:
    let
      module = import ../../nix/module.nix { inherit lib pkgs config; };
      services = fill module.options.services { grapevine = given; };
      config = { inherit services; inherit (module.config) environment; };
      made = name: module.config.${name} or { };
    in
    {
      environment = made "environment";
      users = made "users";
      systemd = made "systemd";
      networking = made "networking";
      wrong = map (one: one.message) (filter (one: !one.assertion) module.config.assertions);
    };

  # All settings that have a type, once.
  full = {
    agent = {
      enable = true;
      openFirewall = true;
      keyFile = "/run/secrets/cluster.key";
      settings = {
        metrics_agent = {
          bind = "0.0.0.0"; port = 6131; discovery = true; neighbors = [ "two:6130" ]; links = 3;
          allow_origins = [ "0123456789abcdef" ]; host_name = "one"; role = "server"; groups = [ "lab" ]; interval_ms = 2000; hop_limit = 9;
          critical = true;
        };
        collectors.cpu_metrics = { enabled = true; interval_ms = 2000; };
        collectors.service_metrics.include = [ "nginx" ];
      };
    };
    dashboard = {
      enable = true;
      openFirewall = true;
      tokenFile = "/run/secrets/token";
      settings = {
        serve = {
          listen = "0.0.0.0:8131"; attach = [ "one:6131" ]; session_hours = 3; tls_self_signed = true; proxies = [ "127.0.0.1" ];
          update_interval_ms = 500; theme = "light";
        };
        thresholds.cpu_use = { warning = 80; };
      };
    };
  };
  refused = given: !(builtins.tryEval (builtins.deepSeq (evaluate given) true)).success;
in
{
  full = evaluate full;
  least = evaluate { agent.enable = true; };
  nothing = evaluate { };
  secret_in_store = (evaluate { agent = { enable = true; keyFile = "${storeDir}/key"; }; }).wrong;
  refused = {
    port = refused { agent = { enable = true; settings.metrics_agent.port = "6130"; }; };
    interval = refused { agent = { enable = true; settings.metrics_agent.interval_ms = 1; }; };
    collector = refused { agent = { enable = true; settings.collectors.cpu_metrics.enabled = "yes"; }; };
    theme = refused { dashboard = { enable = true; settings.serve.theme = "pink"; }; };
  };
}
