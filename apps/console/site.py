"""The admin site."""

from django.contrib import admin


class PostbacksAdminSite(admin.AdminSite):
    """Django's admin under our name."""

    site_header = "Postbacks"
    site_title = "Postbacks"
    index_title = "Overview"
