# Three virtual machines in a row: whoever looks at one sees all.
{
  lib,
  testers,
  module,
}:

testers.runNixOSTest {
  name = "grapevine-three-hosts";

  nodes =
    let
      host = neighbours: {
        imports = [ module ];
        services.grapevine.agent = {
          enable = true;
          openFirewall = true;
          keyFile = "/etc/grapevine/cluster.key";
          settings.metrics_agent = {
            bind = "0.0.0.0";
            neighbors = neighbours;
          };
        };
        # Once the key is there.
        systemd.services.grapevine-agent.wantedBy = lib.mkForce [ ];
      };
    in
    {
      one = host [ "two:6130" ];
      two = {
        imports = [ (host [ "three:6130" ]) ];
        services.grapevine.dashboard.enable = true;
      };
      three = host [ ];
    };

  testScript = ''
    start_all()
    one.succeed("grapevine-agent keygen --out /tmp/shared")
    for machine in [one, two, three]:
        machine.succeed("install -D -m 600 /tmp/shared/cluster.key /etc/grapevine/cluster.key")
        machine.systemctl("start grapevine-agent.service")
        machine.wait_for_unit("grapevine-agent.service")
    for machine in [one, two, three]:
        for host in ["one", "two", "three"]:
            machine.wait_until_succeeds(f"grapevine get {host} --metric cpu.use", timeout=60)
    two.wait_until_succeeds("curl --fail http://127.0.0.1:8130/-/ready", timeout=60)
    three.crash()
    one.wait_until_succeeds("grapevine hosts --json | grep -q dead", timeout=60)
  '';
}
