"""Which transport asks, and when nobody does."""

from datetime import timedelta

import pytest

from tests.registry.scripted import NOW
from watcher.config.config_model import RegistryConfig
from watcher.registry.registry_model import Transport, TransportMemory
from watcher.registry.transport_choice import (
    BREAKER_FOR,
    REMEMBERED_FOR,
    choose_transport,
    is_open,
    learn,
    open_breaker,
    settings_mark,
)

HTTPX, URLLIB = Transport.HTTPX, Transport.URLLIB
SECOND = timedelta(seconds=1)


def remembered(passed, until=NOW + timedelta(days=3)):
    return TransportMemory(passed=passed, until=until)


@pytest.mark.parametrize(
    ("mode", "memory", "order"),
    [
        ("auto", None, (HTTPX, URLLIB)),
        ("auto", remembered(HTTPX), (HTTPX, URLLIB)),
        ("auto", remembered(URLLIB), (URLLIB, HTTPX)),
        ("auto", remembered(URLLIB, NOW), (HTTPX, URLLIB)),
        ("auto", remembered(URLLIB, NOW + timedelta(days=300)), (HTTPX, URLLIB)),  # the clock was set back
        ("httpx", remembered(URLLIB), (HTTPX,)),
        ("urllib", remembered(HTTPX), (URLLIB,)),
    ],
)
def test_what_passed_is_asked_first(mode, memory, order):
    assert choose_transport(mode, memory, NOW) == order


def test_what_passed_is_remembered_for_seven_days():
    assert learn("auto", None, URLLIB, NOW) == remembered(URLLIB, NOW + timedelta(days=7))
    assert learn("auto", remembered(HTTPX), URLLIB, NOW) == remembered(URLLIB, NOW + REMEMBERED_FOR)


def test_a_memory_that_was_right_is_not_prolonged():
    assert learn("auto", remembered(URLLIB), URLLIB, NOW) == remembered(URLLIB)
    assert learn("auto", remembered(URLLIB, NOW), URLLIB, NOW) == remembered(URLLIB, NOW + REMEMBERED_FOR)


@pytest.mark.parametrize("mode", ["httpx", "urllib"])
def test_a_fixed_transport_teaches_nothing(mode):
    assert learn(mode, remembered(HTTPX), URLLIB, NOW) == remembered(HTTPX)


def test_no_answer_teaches_nothing():
    assert learn("auto", remembered(HTTPX), None, NOW) == remembered(HTTPX)


def test_a_breaker_stands_for_six_hours():
    settings = RegistryConfig()
    breaker = open_breaker(settings, NOW)
    assert is_open(breaker, settings, NOW)
    assert is_open(breaker, settings, NOW + timedelta(hours=6) - SECOND)
    assert not is_open(breaker, settings, NOW + BREAKER_FOR)
    assert not is_open(None, settings, NOW)


def test_a_clock_set_back_does_not_prolong_a_breaker():
    settings = RegistryConfig()
    assert not is_open(open_breaker(settings, NOW), settings, NOW - timedelta(days=2))


@pytest.mark.parametrize(
    "changed", [{"base_url": "http://127.0.0.1:9/api"}, {"contact": "a@example.org"}, {"transport": "urllib"}]
)
def test_changed_settings_close_a_breaker(changed):
    breaker = open_breaker(RegistryConfig(), NOW)
    assert not is_open(breaker, RegistryConfig.model_validate(changed), NOW)


def test_the_pace_does_not_close_a_breaker():
    assert settings_mark(RegistryConfig()) == settings_mark(RegistryConfig(requests_per_second=0.5))
