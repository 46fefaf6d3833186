"""How names, filters and conditions of a template are looked up."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from html import escape
from inspect import signature
from typing import Any
from uuid import UUID

from django.template import VariableDoesNotExist
from django.template.base import Variable, render_value_in_context
from django.template.defaulttags import TemplateLiteral
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString, mark_safe
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]

type Look = Callable[[Any], Any]

MISSING: Any = object()
_MISSES = (TypeError, AttributeError, KeyError, ValueError, IndexError)
_needs_escape = re.compile(r"[&<>\"']").search


def shown(value: Any, context: Any) -> str:
    """Return a value as it stands in a page: escaped, in the reader's zone and format."""
    kind = type(value)
    if isinstance(value, Promise):
        value = str(value)
        kind = type(value)
    if kind is str:
        return escape(value) if context.autoescape and _needs_escape(value) else value
    if kind is SafeString or kind is UUID:
        return str(value)
    return render_value_in_context(value, context)


def safe(value: Any, context: Any) -> str:
    """Return what a tag gave as it stands in a page: escaped unless it is safe."""
    if type(value) is SafeString or not context.autoescape:
        return str(value)
    return str(conditional_escape(value))


def look_of(variable: Variable) -> Look:
    """Return a function that finds a variable in a context, or returns MISSING; as `Variable.resolve` does."""
    if variable.lookups is None or variable.translate:
        return variable.resolve
    first, *rest = variable.lookups

    def look(context: Any) -> Any:
        for scope in reversed(context.dicts):
            if first in scope:
                value = scope[first]
                break
        else:
            # Django also finds what is an attribute of the context itself
            return _slowly(variable, context) if hasattr(context, first) else MISSING
        if callable(value):
            value = _called(value)
        for bit in rest:
            kind = type(value)
            try:
                if kind is dict:
                    value = value[bit] if bit in value else _of_dict(value, bit)
                    if value is MISSING:
                        return MISSING
                elif hasattr(kind, "__getitem__"):
                    try:
                        value = value[bit]
                    except _MISSES:
                        value = getattr(value, bit)
                else:
                    value = getattr(value, bit)
            except (TypeError, AttributeError):
                return _slowly(variable, context)
            except Exception as error:
                if getattr(error, "silent_variable_failure", False):
                    return ""
                raise
            if callable(value):
                value = _called(value)
        return value

    return look


def _of_dict(value: dict[Any, Any], bit: str) -> Any:
    if bit.isdecimal():
        return value.get(int(bit), MISSING)
    return getattr(value, bit, MISSING)


def _slowly(variable: Variable, context: Any) -> Any:
    """Leave a name to Django that isn't found at once."""
    try:
        return variable.resolve(context)
    except VariableDoesNotExist:
        return MISSING


def _called(value: Any) -> Any:
    """Return what something that can be called gives, as Django decides it."""
    if getattr(value, "do_not_call_in_templates", False):
        return value
    if getattr(value, "alters_data", False):
        return ""
    try:
        return value()
    except TypeError:
        try:
            signature(value).bind()
        except (TypeError, ValueError):
            return ""  # it wants arguments
        raise
    except Exception as error:
        if getattr(error, "silent_variable_failure", False):
            return ""
        raise


def value_of(expression: Any, missing: Any = "") -> Look:
    """Return a function that gives a FilterExpression's value, `missing` standing for a name that isn't there."""
    if isinstance(expression.var, Variable):
        look = look_of(expression.var)
    else:
        constant = expression.var

        def look(context: Any) -> Any:
            return constant

    filters = [_filter_of(func, args) for func, args in expression.filters]

    def bare(context: Any) -> Any:
        found = look(context)
        return missing if found is MISSING else found

    def filtered(context: Any) -> Any:
        found = bare(context)
        for each in filters:
            found = each(found, context)
        return found

    return filtered if filters else bare


def _filter_of(func: Any, args: list[tuple[bool, Any]]) -> Callable[[Any, Any], Any]:
    given = [_argument(arg) if is_name else _constant(mark_safe(arg)) for is_name, arg in args]
    local = getattr(func, "expects_localtime", False)
    escapes = getattr(func, "needs_autoescape", False)
    is_safe = getattr(func, "is_safe", False)

    def filtered(value: Any, context: Any) -> Any:
        values = [each(context) for each in given]
        if local:
            value = template_localtime(value, context.use_tz)
        more = {"autoescape": context.autoescape} if escapes else {}
        found = func(value, *values, **more)
        return mark_safe(found) if is_safe and isinstance(value, SafeData) else found

    return filtered


def _argument(variable: Variable) -> Look:
    look = look_of(variable)

    def argument(context: Any) -> Any:
        found = look(context)
        if found is MISSING:
            raise VariableDoesNotExist("Failed lookup for key [%s] in %r", (variable, context))
        return found

    return argument


def _constant(value: Any) -> Look:
    def constant(context: Any) -> Any:
        return value

    return constant


_COMPARED = {
    "in": lambda one, other: one in other,
    "not in": lambda one, other: one not in other,
    "is": operator.is_,
    "is not": operator.is_not,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def condition_of(token: Any) -> Look:
    """Return a function that tells whether a condition holds; what can't be compared doesn't."""
    if isinstance(token, TemplateLiteral):
        return value_of(token.value, None)
    one = condition_of(token.first)
    if token.id == "not":
        return _forgiving(lambda context: not one(context))
    other = condition_of(token.second)
    if token.id == "and":
        return _forgiving(lambda context: one(context) and other(context))
    if token.id == "or":
        return _forgiving(lambda context: one(context) or other(context))
    compared = _COMPARED[str(token.id)]
    return _forgiving(lambda context: compared(one(context), other(context)))


def _forgiving(holds: Look) -> Look:
    def forgiving(context: Any) -> Any:
        try:
            return holds(context)
        except Exception:
            return False

    return forgiving
