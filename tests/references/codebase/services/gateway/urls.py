from django.urls import include, path

from . import views

app_name = "gateway"
urlpatterns = [
    path("admin/login", views.login),
    path("models/list", views.models),
    path("api/v1", include("gateway/api")),
]
LABEL = "auth/user"
TEMPLATE = "gateway/detail.html"
