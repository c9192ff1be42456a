internal import AuditLog
internal import JSON
internal import OperationsAPI
internal import Reactor

/// How the keys of tokens are read again.
package struct KeyReloading: Sendable {
    /// What that came to.
    package enum Outcome: Sendable {
        /// Every event loop has other keys, so many of them.
        case changed(keys: Int)
        case unchanged(keys: Int)
        /// Those before stay in use. The reason holds nothing of a secret.
        case refused(reason: String)
    }

    /// Whether keys of an issuer are fetched as well; that is not waited for.
    let fetches: Bool
    /// Calls back once, on another thread.
    let reload: @Sendable (@escaping @Sendable (Outcome) -> Void) -> Void

    package init(
        fetches: Bool,
        reload: @escaping @Sendable (@escaping @Sendable (Outcome) -> Void) -> Void
    ) {
        self.fetches = fetches
        self.reload = reload
    }
}

/// `POST /admin/keys/reload`: reads the files of keys again, and fetches those of an issuer.
enum KeyReloadRoute: CommandRoute {
    static func carryOut(
        _ body: Span<UInt8>, _ call: Call, _ calls: Calls, _ operations: Administration
    ) throws(ServiceFailure) {
        if !body.isEmpty { _ = try CommandBody(body, of: [], wanted: "no body, or {}") }
        guard let keys = operations.subjects.keys else { throw .keysAtStart }
        let (ticket, door) = (call.ticket, operations.door)
        let note = AuditNote.keys(.reload, keyID: nil, by: AuditedOperator(of: call))
        let records = operations.subjects.records
        let reload: @Sendable () -> Void = {
            keys.reload { outcome in
                if case .refused = outcome { records?.takeBack(note) }
                door.post { KeyReloadRoute.answer(ticket, outcome, fetches: keys.fetches, $0) }
            }
        }
        guard let records else { return reload() }
        records.record(note) { isRecorded in
            if isRecorded { return reload() }
            door.post { calls in
                calls.resume(ticket) { _ throws(ServiceFailure) in throw .commandUnrecorded }
            }
        }
    }

    private static func answer(
        _ ticket: UInt64, _ outcome: KeyReloading.Outcome, fetches: Bool, _ calls: Calls
    ) {
        calls.resume(ticket) { call throws(ServiceFailure) in
            let (isChanged, count): (Bool, Int)
            switch outcome {
            case .changed(let keys): (isChanged, count) = (true, keys)
            case .unchanged(let keys): (isChanged, count) = (false, keys)
            case .refused(let reason): throw .keysRefused(reason: reason)
            }
            calls.answer(call) {
                $0.answer(call) { json in
                    json.beginObject()
                    json.name("changed")
                    json.bool(isChanged)
                    json.name("keys")
                    json.number(count)
                    json.name("fetching")
                    json.bool(fetches)
                    json.endObject()
                }
            }
        }
    }
}
