"""Addresses that exist in the demo alone."""

from django.urls import path

from config.demo import views

app_name = "demo"
urlpatterns = [
    path("mail/", views.mail, name="mail"),
    path("mail/<str:message_id>/", views.message, name="message"),
    path("mail/<str:message_id>/html/", views.message_html, name="message_html"),
    path("mail/<str:message_id>/files/<int:number>/", views.attachment, name="attachment"),
]
