"""Every decision that a fault or a variant may replace; each takes the emulator first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.emulator import (
    auth,
    catalog,
    composition,
    connections,
    dataprep,
    entities,
    errors,
    flowrules,
    flows,
    gateway,
    ims,
    inlet,
    listing,
    patch,
    query,
    references,
    registry,
    runs,
    specs,
)
from conformance.emulator.exchange import Request, Response
from conformance.emulator.store import Document, Record
from conformance.emulator.tenants import Tenant

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator
else:
    Emulator = Any

OnRequest = Callable[[Emulator, Request], None]
OnRecord = Callable[[Emulator, Request, Record], None]
NewId = Callable[[Emulator], str]
OnSpec = Callable[[Emulator, Document, Any], None]
OnBody = Callable[[Emulator, Request, Document], None]


@dataclass(slots=True)
class Policy:
    """Replace one attribute to change one behaviour; the defaults follow the documents."""

    # gateway
    check_token: OnRequest = gateway.check_token
    check_api_key: OnRequest = gateway.check_api_key
    check_org: Callable[[Emulator, Request], Tenant] = gateway.check_org
    check_sandbox: Callable[[Emulator, Request], str] = gateway.check_sandbox
    check_content_type: OnRequest = gateway.check_content_type
    parse_body: Callable[[Emulator, Request], Any] = gateway.parse_body
    check_client: Callable[[Emulator, dict[str, str]], Tenant] = ims.check_client
    render_error: Callable[[Emulator, Request, errors.RefusalError], Response] = errors.render
    # identity and storage
    new_id: Callable[[Emulator, str], str] = entities.new_id
    new_etag: Callable[[Emulator, Record | None], str] = entities.new_etag
    new_data_set_id: NewId = catalog.new_id
    new_mapping_set_id: NewId = dataprep.new_id
    new_schema_digits: NewId = registry.new_schema_digits
    new_namespace_digits: NewId = registry.new_schema_digits
    new_inlet: NewId = inlet.new_inlet
    visible: Callable[[Emulator, Request, Record], bool] = entities.visible
    present: Callable[[Emulator, Request, Record], Document] = entities.present
    hide_secrets: Callable[[Emulator, Record, Document], None] = auth.hide_secrets
    commit: Callable[[Emulator, Request, Record, Document], None] = entities.commit
    remove: OnRecord = entities.remove
    check_delete: OnRecord = references.check_delete
    # updates
    check_precondition: OnRecord = patch.check_precondition
    check_operation: Callable[[Emulator, Any], None] = patch.check_operation
    between_check_and_set: OnRecord = patch.between_check_and_set
    apply_patch: Callable[[Emulator, Document, list[patch.Operation]], Document] = patch.apply_patch
    check_immutable: Callable[[Emulator, frozenset[str], Document, Document], None] = (
        patch.check_immutable
    )
    # lists
    check_list: Callable[[Emulator, Request, str], None] = listing.check_list
    filter_records: Callable[[Emulator, Iterable[Record], list[query.Filter]], list[Record]] = (
        query.filter_records
    )
    sort_records: Callable[[Emulator, list[Record], str | None], list[Record]] = query.sort_records
    page: Callable[[Emulator, Request, list[Record], int], tuple[list[Record], list[Record]]] = (
        listing.page
    )
    page_size: int = 100
    # specs and references
    check_spec: Callable[[Emulator, Any], Document] = specs.check_spec
    check_spec_version: Callable[[Emulator, Document, Document], None] = specs.check_spec_version
    check_flow_spec: Callable[[Emulator, Any], Document] = specs.check_flow_spec
    check_auth: OnSpec = auth.check_auth
    check_params: Callable[[Emulator, Document, str, Any], None] = connections.check_params
    check_format: Callable[[Emulator, str, str], None] = connections.check_format
    check_reference: Callable[[Emulator, Request, str, Any], Record] = references.check_reference
    check_schema_reference: Callable[[Emulator, Request, Any], None] = (
        references.check_schema_reference
    )
    # flows and runs
    check_pairing: Callable[[Emulator, Document, list[Record], list[Record]], None] = (
        flowrules.check_pairing
    )
    check_transformations: OnSpec = flowrules.check_transformations
    check_mapping: Callable[[Emulator, Request, Document, list[Record]], None] = (
        flowrules.check_mapping
    )
    check_schemas_agree: Callable[[Emulator, Request, Record, Record], None] = (
        flowrules.check_schemas_agree
    )
    check_schedule: OnSpec = flowrules.check_schedule
    check_start_kept: Callable[[Emulator, Document, Document], None] = flowrules.check_start_kept
    start: Callable[[Emulator, Record], None] = flows.start
    enable: Callable[[Emulator, Record, int], None] = flows.enable
    check_action: Callable[[Emulator, Record, str], None] = flows.check_action
    finish_run: Callable[[Emulator, Record, int], None] = runs.finish_run
    check_run: Callable[[Emulator, Record], None] = runs.check_run
    # registry, catalog, data prep, inlet
    check_accept: Callable[[Emulator, Request, re.Pattern[str]], re.Match[str]] = (
        registry.check_accept
    )
    check_version: Callable[[Emulator, re.Match[str]], None] = registry.check_version
    check_title: Callable[[Emulator, Request, str], None] = composition.check_title
    check_class: OnBody = composition.check_class
    check_schema: OnBody = composition.check_schema
    check_data_set: OnBody = catalog.check_data_set
    check_mapping_set: OnBody = dataprep.check_mapping_set
    check_mapping_item: Callable[[Emulator, int, Any], None] = dataprep.check_mapping_item
    check_message: Callable[[Emulator, Request, Record, Any], None] = inlet.check_message
