{
  description = "Grapevine: live metrics of all your Linux hosts, from any of them, without a server";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      forEach = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      packages = forEach (pkgs: {
        default = pkgs.callPackage ./nix/package.nix { };
      });

      nixosModules.default = {
        imports = [ ./nix/module.nix ];
        nixpkgs.overlays = [ self.overlays.default ];
      };

      overlays.default = final: _previous: {
        grapevine = final.callPackage ./nix/package.nix { };
      };

      checks = forEach (pkgs: {
        three-hosts = pkgs.callPackage ./nix/three-hosts.nix { module = self.nixosModules.default; };
      });
    };
}
