from django import template

from geoportal.accounts.devices import called

register = template.Library()
register.filter("device", called)
