"""Addresses of this app within an account."""

from django.urls import URLPattern, path

from privacy.views import audit_log, closing, exports, processors, promises, residency

urlpatterns: list[URLPattern] = [
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
    path("residency/<uuid:pk>/file/", residency.residency_statement, name="residency_statement"),
    path("audit/", audit_log.audit_log, name="audit_log"),
]
