"""Addresses of this app within an account."""

from django.urls import URLPattern, path

from privacy.views import (
    arrival,
    audit_log,
    closing,
    exports,
    processors,
    promises,
    residency,
)

urlpatterns: list[URLPattern] = [
    path("archive/", arrival.archive, name="archive"),
    path("archive/progress/", arrival.archive_progress, name="archive_progress"),
    path("archive/bringing/", arrival.archive_bring, name="archive_bring"),
    path("archive/again/", arrival.archive_again, name="archive_again"),
    path("archive/removal/", arrival.archive_drop, name="archive_drop"),
    path("exports/", exports.exports, name="exports"),
    path("exports/progress/", exports.export_progress, name="export_progress"),
    path("exports/running/", exports.export_jobs, name="export_jobs"),
    path("exports/choice/", exports.export_choice, name="export_choice"),
    path("exports/<uuid:pk>/link/", exports.export_link, name="export_link"),
    path("clients/<uuid:pk>/copies/", exports.client_copies, name="client_copies"),
    path("exports/<uuid:pk>/file/", exports.export_file, name="export_file"),
    path("closure/", closing.closure, name="closure"),
    path("closure/cancellation/", closing.cancellation, name="closure_cancel"),
    path("promises/", promises.promises, name="promises"),
    path("processors/", processors.processors, name="processors"),
    path("processors/<uuid:pk>/objection/", processors.objection, name="processor_objection"),
    path("residency/", residency.residency, name="residency"),
    path("residency/move/", residency.move, name="move"),
    path("residency/move/taking-back/", residency.move_abort, name="move_abort"),
    path("residency/move/progress/", residency.move_progress, name="move_progress"),
    path("residency/move/certificate/", residency.move_certificate, name="move_certificate"),
    path("residency/<uuid:pk>/file/", residency.residency_statement, name="residency_statement"),
    path("audit/", audit_log.audit_log, name="audit_log"),
]
