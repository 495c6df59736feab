"""The closed lists of a report, as codes. Their words in three languages stand in `assets/catalogues`.

A test holds the two equal. Codes are retired, never used again; order is the order on a screen.
"""

from __future__ import annotations

from collections.abc import Mapping

KINDS = (
    "flash", "incident", "interview", "follow_up", "monitoring_visit", "media", "community_alert",
    "trial_monitoring",
)  # fmt: skip
HANDLING = ("unclassified", "confidential", "strictly_confidential")

SEXES = ("F", "M", "X", "U")
AGES = ("0-4", "5-11", "12-17", "child", "18-59", "60+", "adult", "unknown")
CHILD_AGES = frozenset({"0-4", "5-11", "12-17", "child"})
ADULT_AGES = frozenset({"18-59", "60+", "adult"})
AGE_BASES = ("document", "stated", "caregiver", "estimated", "appearance")
STATUSES = ("CIV", "PROT", "AF", "DPH", "UNK")
OUTCOMES = ("killed", "injured", "missing", "abducted", "detained", "sexual_violence", "displaced", "other")
DISPLACEMENT = ("resident", "idp", "refugee", "returnee", "asylum_seeker", "stateless", "other", "unknown")

CONTEXTS = ("iac", "niac", "none", "unknown")
TRENDS = ("isolated", "repeated", "escalating", "unknown")
TARGETING = ("group", "political", "opportunistic", "indiscriminate", "unknown")
NEEDS = ("none", "medical", "evacuation", "patrol", "shelter", "water_food")
TIMES_OF_DAY = ("dawn", "morning", "midday", "afternoon", "evening", "night", "unknown")
PLACE_TYPES = (
    "home", "village", "market", "water_point", "field_path", "road", "bridge", "checkpoint", "idp_site",
    "mine_site", "grazing_corridor", "radio_station", "school", "health_facility", "worship", "detention",
    "base", "public_building", "border", "other", "unknown",
)  # fmt: skip
DAMAGE = ("homes", "school", "health", "market", "religious", "water", "crops", "cattle")
WEAPONS = (
    "C_HVY", "C_PLANT", "C_SALW", "C_INC", "C_CBRN", "C_EM", "C_LLW", "C_DENIAL", "C_ACC", "C_OBJ", "C_UNK",
)  # fmt: skip

ACTOR_CLASSES = (
    "state_military", "state_police", "intelligence", "prison", "other_official", "pro_government_militia",
    "armed_group", "foreign_forces", "peacekeepers", "private_security", "mob", "criminal",
    "family_community", "unknown",
)  # fmt: skip
IDENTIFICATION = (
    "known_personally", "uniform", "language", "self_identified", "vehicle", "territory", "told_by_others",
    "document", "inference",
)  # fmt: skip
CERTAINTIES = ("P0", "P1", "P2", "P3")  # P4 is a court's
LEVELS = ("individual", "team", "company", "battalion", "brigade", "force", "party", "unknown")

SOURCE_CLASSES = (
    "victim", "direct_witness", "relative", "community_leader", "local_authority", "police", "military",
    "armed_group", "ngo_national", "ngo_international", "un_component", "health_worker", "religious",
    "teacher", "media", "open_source", "detainee", "perpetrator", "anonymous", "own_observation",
)  # fmt: skip
SOURCE_FAMILIES = ("MISSION", "STATE", "NGO", "COMMUNITY", "MEDIA", "OTHER")
FIRST_HAND = ("saw", "heard", "told_by_victim", "told_by_other", "read", "inferred")
RELIABILITIES = ("A", "B", "C", "D", "E", "F")
CREDIBILITIES = (1, 2, 3, 4, 5, 6)
DATE_PRECISIONS = (1, 2, 3, 4, 5)
PLACE_PRECISIONS = (1, 2, 3, 4, 5, 6, 7)

VERIFICATION = (
    "unverified", "under_verification", "corroborated", "verified", "not_verifiable", "refuted",
)  # fmt: skip
METHODS = tuple(f"V{number:02d}" for number in range(1, 16))

BASES = ("vital_interests", "beneficiary_interests", "legal_obligation", "legitimate_interests", "contract")
EXPLAINED_BY = ("officer", "interpreter", "support_person", "caregiver", "focal_point", "other")

LISTS: Mapping[str, tuple[str, ...]] = {
    "actor_classes": ACTOR_CLASSES,
    "age_bases": AGE_BASES,
    "ages": AGES,
    "bases": BASES,
    "certainties": CERTAINTIES,
    "contexts": CONTEXTS,
    "credibilities": tuple(str(grade) for grade in CREDIBILITIES),
    "damage": DAMAGE,
    "date_precisions": tuple(str(step) for step in DATE_PRECISIONS),
    "displacement": DISPLACEMENT,
    "explained_by": EXPLAINED_BY,
    "first_hand": FIRST_HAND,
    "handling": HANDLING,
    "identification": IDENTIFICATION,
    "kinds": KINDS,
    "levels": LEVELS,
    "methods": METHODS,
    "needs": NEEDS,
    "outcomes": OUTCOMES,
    "place_precisions": tuple(str(step) for step in PLACE_PRECISIONS),
    "place_types": PLACE_TYPES,
    "reliabilities": RELIABILITIES,
    "sexes": SEXES,
    "source_classes": SOURCE_CLASSES,
    "source_families": SOURCE_FAMILIES,
    "statuses": STATUSES,
    "targeting": TARGETING,
    "times_of_day": TIMES_OF_DAY,
    "trends": TRENDS,
    "verification": VERIFICATION,
    "weapons": WEAPONS,
}
