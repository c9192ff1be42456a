internal import AuditLog
internal import Bytes
internal import HTTPServer
internal import JSON
internal import ModelRegistry
internal import OperationsAPI
internal import Reactor

/// A route of administration. Its body is looked into only when the caller is known to be an
/// administrator, so it is kept until then.
protocol CommandRoute: RouteHandler {
    /// - Parameter body: empty where there was none.
    static func carryOut(
        _ body: Span<UInt8>, _ call: Call, _ calls: Calls, _ operations: Administration
    ) throws(ServiceFailure)
}

extension CommandRoute {
    static func prepare(
        _ call: Call, _ request: borrowing Request, _ calls: Calls
    ) throws(ServiceFailure) {
        call.keptBody.appendBytes(request.body)
    }

    static func answer(_ call: Call, _ calls: Calls) throws(ServiceFailure) {
        let body = call.keptBody
        try carryOut(body.span, call, calls, calls.administration)
    }
}

/// `GET /admin/models`: which versions there are, and which is active.
enum ModelsRoute: CommandRoute {
    static func carryOut(
        _ body: Span<UInt8>, _ call: Call, _ calls: Calls, _ operations: Administration
    ) {
        let ticket = call.ticket
        operations.subjects.models.listing { [door = operations.door] listing in
            door.post { $0.answer(ticket, listing) { listing, json in listing.append(to: &json) } }
        }
    }
}

/// `POST /admin/models/activate`: makes a version the active one.
enum ModelActivationRoute: CommandRoute {
    private static let wanted =
        "{\"version\": \"…\"}, or with \"sha256\" of the manifest as 64 lower-case hexadecimal "
        + "digits"

    static func carryOut(
        _ body: Span<UInt8>, _ call: Call, _ calls: Calls, _ operations: Administration
    ) throws(ServiceFailure) {
        let command = try CommandBody(body, of: ["version", "sha256"], wanted: wanted)
        operations.subjects.models.activate(
            try command.text("version", bytesMax: AdministrationRules.versionBytesMax),
            sha256: try command.sha256(), witness: operations.witness(of: call),
            completion: operations.completion(of: call))
    }
}

/// `POST /admin/models/rollback`: makes the version before the active one active again.
enum ModelRollbackRoute: CommandRoute {
    static func carryOut(
        _ body: Span<UInt8>, _ call: Call, _ calls: Calls, _ operations: Administration
    ) throws(ServiceFailure) {
        if !body.isEmpty { _ = try CommandBody(body, of: [], wanted: "no body, or {}") }
        operations.subjects.models.rollback(
            witness: operations.witness(of: call), completion: operations.completion(of: call))
    }
}
