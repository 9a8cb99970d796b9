"""What the API says about itself: versions, schemas without a warning, documents that load under the strict policy."""

import re

import pytest
import yaml
from django.core.management import call_command

pytestmark = pytest.mark.django_db

QUICK = yaml.CSafeLoader  # the same, written in C: the description of v1 is long


class TestVersions:
    """A client finds its version, and everything about it, from one address."""

    def test_the_versions_are_listed_for_everybody(self, api_client):
        answer = api_client.get("/api/")

        assert answer.status_code == 200
        assert {row["version"]: row["docs"] for row in answer.body["versions"]} == {
            "v1": "http://localhost/api/v1/docs/",
            "v2": "http://localhost/api/v2/docs/",
        }

    @pytest.mark.parametrize("version", ["v1", "v2"])
    def test_a_schema_describes_its_own_version_without_a_warning(self, version, tmp_path):
        """A warning is an address described wrongly."""
        path = tmp_path / "schema.yaml"

        call_command(
            "spectacular",
            custom_settings=f"config.api_{version}.SCHEMA",
            validate=True,
            fail_on_warn=True,
            file=str(path),
        )

        schema = yaml.load(path.read_text(), QUICK)
        assert {address.split("/")[2] for address in schema["paths"]} == {version}

    @pytest.mark.parametrize(("version", "media"), [("v1", "application/json"), ("v2", "application/problem+json")])
    def test_refusals_are_part_of_the_description(self, api_client, version, media):
        """Whoever generates a client gets the errors typed as well."""
        schema = yaml.load(api_client.get(f"/api/{version}/schema/").content, QUICK)

        responses = schema["paths"][f"/api/{version}/work-orders/{{id}}/"]["get"]["responses"]

        assert set(responses) >= {"200", "400", "401", "403", "404", "503"}
        assert list(responses["404"]["content"]) == [media]

    @pytest.mark.parametrize("version", ["v1", "v2"])
    def test_the_page_to_read_has_nothing_inline(self, api_client, version):
        """The policy forbids inline script and style, also for pages that others wrote."""
        answer = api_client.get(f"/api/{version}/docs/")

        page = answer.content.decode()
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert re.findall(r"<script>|<style|style=|onload=", page) == []
        assert "swagger-ui-bundle.js" in page
