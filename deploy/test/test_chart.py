"""The chart's objects are what Kubernetes takes, and what the gateway needs."""

import unittest

import kubernetes_validate
from chart import Unknown, parse, render, write
from gateway import ROOT

CHART = ROOT / "deploy/helm/onramp"
# The oldest that the chart is for, and the newest that the schemas are there of.
VERSIONS = ("1.27", kubernetes_validate.latest_version())

FULL = {
    "image": {"repository": "registry.example/onramp", "tag": "1.2.3"},
    "secret": {"existing": "onramp-secrets"},
    "autoscaler": {"enabled": False},
    "metrics": {"enabled": False},
    "networkPolicy": {"from": [{"namespaceSelector": {"matchLabels": {"name": "edge"}}}], "egressPorts": [443, 8443]},
}


def objects(values: dict) -> dict:
    return {each["kind"]: each for each in render(CHART, "gate", values)}


class Chart(unittest.TestCase):
    def test_every_object_fits_the_schemas_of_kubernetes(self):
        for values in ({}, FULL, {"networkPolicy": {"enabled": False}}):
            for found in render(CHART, "gate", values):
                for version in VERSIONS:
                    with self.subTest(kind=found["kind"], version=version):
                        kubernetes_validate.validate(found, version, strict=True)

    def test_what_does_not_fit_is_found(self):
        deployment = objects({})["Deployment"]
        deployment["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
        with self.assertRaises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(deployment, VERSIONS[0], strict=True)

    def test_by_default_there_is_all_that_a_service_needs(self):
        found = objects({"secret": {"data": {"ONRAMP__REDIS__URL": "rediss://redis:6379"}}})
        self.assertEqual(
            set(found),
            {
                "ConfigMap", "Deployment", "HorizontalPodAutoscaler", "NetworkPolicy", "PodDisruptionBudget", "Secret",
                "Service",
            },
        )
        self.assertEqual(found["Secret"]["stringData"], {"ONRAMP__REDIS__URL": "rediss://redis:6379"})
        self.assertNotIn("replicas", found["Deployment"]["spec"])
        pod = found["Deployment"]["spec"]["template"]
        [container] = pod["spec"]["containers"]
        self.assertEqual(container["image"], "onramp:0.1.0")
        self.assertEqual(
            container["env"],
            [
                {"name": "ONRAMP__SERVER__LISTEN", "value": "0.0.0.0:4000"},
                {"name": "ONRAMP__TELEMETRY__METRICS_LISTEN", "value": "0.0.0.0:9464"},
            ],
        )
        ports = {port["name"] for port in container["ports"]}
        self.assertEqual(ports, {"http", "metrics"})
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            self.assertIn(container[probe]["httpGet"]["port"], ports)
        # Whatever selects pods selects these.
        labels = pod["metadata"]["labels"].items()
        for selector in (
            found["Deployment"]["spec"]["selector"]["matchLabels"],
            found["Service"]["spec"]["selector"],
            found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
            found["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
        ):
            self.assertLessEqual(selector.items(), labels)

    def test_values_reach_their_places(self):
        found = objects(FULL)
        self.assertEqual(
            set(found), {"ConfigMap", "Deployment", "NetworkPolicy", "PodDisruptionBudget", "Service"}
        )
        self.assertEqual(found["Deployment"]["spec"]["replicas"], 3)
        [container] = found["Deployment"]["spec"]["template"]["spec"]["containers"]
        self.assertEqual(container["image"], "registry.example/onramp:1.2.3")
        self.assertEqual(container["envFrom"][1], {"secretRef": {"name": "onramp-secrets"}})
        policy = found["NetworkPolicy"]["spec"]
        self.assertEqual(policy["ingress"], [{"ports": [{"port": "http"}], "from": FULL["networkPolicy"]["from"]}])
        self.assertEqual(policy["egress"][1], {"ports": [{"port": 443}, {"port": 8443}]})

    def test_a_pod_ends_later_than_the_gateway(self):
        found = objects({})
        delay = int(found["ConfigMap"]["data"]["ONRAMP__SERVER__DRAIN_DELAY_MS"])
        drain = 30_000
        seconds = found["Deployment"]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        self.assertGreater(seconds * 1000, delay + drain)

    def test_the_renderer_refuses_what_it_does_not_know(self):
        for text in ("{{ .Values.absent }}", "{{ upper .Values.a }}", "{{ if .Values.a }}", "{{ end }}", "{{ (1) }}"):
            with self.subTest(text), self.assertRaises(Unknown):
                write(parse(text, {}), {"Values": {"a": 1}}, {})


if __name__ == "__main__":
    unittest.main()
