"""Dry runs for agencies' own systems: the same numbers as on the page, of what was proposed to them."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from access.context import current_actor
from access.roles import Capability
from pathways import scope
from referrals.api.views import READ_PROBLEMS
from reporting.queries import dry_runs as queries


class ComparedSerializer(serializers.Serializer):
    code = serializers.SlugField()
    number = serializers.IntegerField()


class DryRunSerializer(serializers.Serializer):
    """`result`: numbers, or words in place of one that is too small to be shown."""

    pathway = serializers.SlugField()
    number = serializers.IntegerField()
    since = serializers.DateField()
    until = serializers.DateField()
    finished_at = serializers.DateTimeField()
    compared_with = ComparedSerializer(many=True)
    result = serializers.JSONField()


class NewestDryRun(APIView):
    """The newest dry run of a pathway version: who would go elsewhere, and what it means for each service."""

    @extend_schema(operation_id="dry_run", responses={200: DryRunSerializer, **READ_PROBLEMS})
    def get(self, request: Request, code: str, number: int) -> Response:
        actor = current_actor()
        actor.require(Capability.SEE_PATHWAYS)
        version = get_object_or_404(scope.versions(actor), code=code, number=number)
        run = queries.newest_told(actor=actor, version=version)
        if run is None:
            raise exceptions.NotFound("This version has not been rehearsed since it was proposed.")
        return Response(
            {
                "pathway": version.code,
                "number": version.number,
                "since": run.since,
                "until": run.until,
                "finished_at": run.finished_at,
                "compared_with": [{"code": one.code, "number": one.number} for one in queries.beside(run)],
                "result": run.result,
            }
        )
