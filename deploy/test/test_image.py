"""The image and the composition: the parts that need no container to be tried."""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml
from gateway import BINARY, ROOT, Gateway

HADOLINT = str(pathlib.Path(sys.executable).parent / "hadolint")


def instructions(name: str) -> list[str]:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return [line.removeprefix(name).strip() for line in text.splitlines() if line.startswith(name)]


class Image(unittest.TestCase):
    def test_the_dockerfile_is_as_it_should_be(self):
        linted = subprocess.run([HADOLINT, str(ROOT / "Dockerfile")], capture_output=True, text=True)
        self.assertEqual((linted.returncode, linted.stdout), (0, ""))
        [*_, user] = instructions("USER")
        self.assertNotIn(user.split(":")[0], ("0", "root", ""))

    def test_the_health_check_is_one(self):
        [check] = instructions("HEALTHCHECK")
        [program, *arguments] = json.loads(check[check.index("CMD") + 3 :])
        self.assertEqual(program, "/usr/local/bin/onramp")
        gateway = Gateway()
        settings = {"ONRAMP__SERVER__LISTEN": gateway.address.replace("127.0.0.1", "0.0.0.0")}
        ask = lambda: subprocess.run([BINARY, *arguments], env=settings, capture_output=True).returncode
        self.assertEqual(ask(), 0)
        gateway.end()
        self.assertEqual(ask(), 1)

    def test_what_is_sent_to_the_builder_is_a_whole_package(self):
        sent = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
        with tempfile.TemporaryDirectory() as home:
            for name in sent:
                copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
                copy(ROOT / name, pathlib.Path(home, name))
            command = ["cargo", "metadata", "--locked", "--no-deps", "--format-version", "1"]
            listed = subprocess.run(command, cwd=home, capture_output=True, text=True, check=True)
            packages = {package["name"]: package for package in json.loads(listed.stdout)["packages"]}
            targets = {target["name"]: target["src_path"] for target in packages["onramp"]["targets"]}
            self.assertTrue(pathlib.Path(targets["onramp"]).is_file())
            self.assertEqual(pathlib.Path(targets["build-script-build"]).name, "build.rs")
            # What the sources take in when they are compiled.
            for source in pathlib.Path(home, "src").rglob("*.rs"):
                for taken in re.findall(r'include_str!\("([^"]+)"\)|#\[folder = "([^"]+)"\]', source.read_text()):
                    place = source.parent / taken[0] if taken[0] else pathlib.Path(home, taken[1])
                    self.assertTrue(place.exists(), f"{source} takes {place}")


class Composition(unittest.TestCase):
    def setUp(self):
        self.services = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]

    def test_services_wait_for_what_can_be_waited_for(self):
        for name, service in self.services.items():
            for awaited, how in service.get("depends_on", {}).items():
                with self.subTest(name, awaited=awaited):
                    self.assertEqual(how, {"condition": "service_healthy"})
                    self.assertIn("test", self.services[awaited]["healthcheck"])

    def test_the_balancer_knows_as_many_replicas_as_there_are(self):
        [template] = re.findall(r"server-template \w+ (\d+) (\w+):(\d+)", (ROOT / "deploy/haproxy.cfg").read_text())
        gateway = self.services["gateway"]
        listen = gateway["environment"]["ONRAMP__SERVER__LISTEN"]
        self.assertEqual(template, (str(gateway["deploy"]["replicas"]), "gateway", listen.rsplit(":", 1)[1]))

    def test_what_is_mounted_and_built_is_there(self):
        build = self.services["gateway"]["build"]
        self.assertTrue((ROOT / "deploy" / build["context"] / build["dockerfile"]).is_file())
        for service in self.services.values():
            for volume in service.get("volumes", []):
                self.assertTrue((ROOT / "deploy" / volume.split(":")[0]).is_file(), volume)

    def test_the_settings_are_ones_that_the_gateway_takes(self):
        lines = (ROOT / "deploy/onramp.env.example").read_text().splitlines()
        settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        settings["ONRAMP__PROFILES__FRONT_END__API_KEYS"] = "0" * 64
        values = yaml.safe_load((ROOT / "deploy/helm/onramp/values.yaml").read_text())["settings"]
        for more in (values, self.services["gateway"]["environment"]):
            checked = subprocess.run([BINARY, "check"], env={**settings, **more}, capture_output=True, text=True)
            self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        wrong = {**settings, "ONRAMP__SERVER__LISTN": "0.0.0.0:4000"}
        self.assertEqual(subprocess.run([BINARY, "check"], env=wrong, capture_output=True).returncode, 1)


if __name__ == "__main__":
    unittest.main()
