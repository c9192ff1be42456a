internal import Access
internal import AuditLog
internal import Bytes
internal import HTTPServer
internal import JSON
internal import JWT
package import Reactor

/// `POST /logout`: the caller revokes the token that it has sent, until that expires.
enum LogoutRoute: RouteHandler {
    static func prepare(_ call: Call, _ request: borrowing Request, _ calls: Calls) {
        // What has no name is revoked by its text, which is gone when the call has waited.
        guard call.otherName.isEmpty else { return }
        let none: [UInt8] = []
        call.keep(body: none.span, token: request.headBytes.extracting(call.tokenRange))
    }

    static func answer(_ call: Call, _ calls: Calls) throws(ServiceFailure) {
        try calls.logouts.logOut(call, calls)
    }
}

/// How the callers of one worker revoke their own tokens: recorded first, then done.
package final class Logouts {
    /// A hundred years; Redis might not accept a longer time.
    private static let secondsMax = 3_155_760_000.0

    private let door: Door<Calls>
    /// Nil without an audit log.
    private let records: AdministrationRecords?

    /// - Parameter door: the way to the worker's calls from other threads.
    package init(door: Door<Calls>, records: AdministrationRecords?) {
        self.door = door
        self.records = records
    }

    func logOut(_ call: Call, _ calls: Calls) throws(ServiceFailure) {
        guard let records else { return try carryOut(call, nil, calls) }
        let note = AuditNote.revocation(
            .logout, token: Logouts.name(of: call), by: AuditedOperator(of: call))
        let ticket = call.ticket
        records.record(note) { [door] isRecorded in
            door.post { calls in
                calls.resume(ticket) { call throws(ServiceFailure) in
                    guard isRecorded else { throw .commandUnrecorded }
                    try calls.logouts.carryOut(call, note, calls)
                }
            }
        }
    }

    private func carryOut(
        _ call: Call, _ note: AuditNote?, _ calls: Calls
    ) throws(ServiceFailure) {
        let name = Logouts.name(of: call)
        let seconds = Logouts.seconds(
            until: call.token?.expiresAt ?? 0, now: calls.loop.unixMilliseconds)
        switch calls.admissions {
        case .memory(let store):
            guard store.revoke(name, seconds: seconds) else {
                takeBack(note)
                throw .tooManyRevocations(
                    max: InMemoryAdmissions.revocationsMax,
                    bytesMax: InMemoryAdmissions.revocationBytesMax)
            }
            answer(call, calls)
        case .redis(let store, _):
            let ticket = call.ticket
            store.revoke(
                name, seconds: seconds, deadline: calls.loop.now + calls.rules.decisionNanoseconds
            ) { [unowned calls] failure in
                calls.resume(ticket) { call throws(ServiceFailure) in
                    guard let failure else { return calls.logouts.answer(call, calls) }
                    if failure.isRefusal { calls.logouts.takeBack(note) }
                    throw .undecided(failure)
                }
            }
        }
    }

    private func takeBack(_ note: AuditNote?) {
        if let note { records?.takeBack(note) }
    }

    private func answer(_ call: Call, _ calls: Calls) {
        calls.answer(call) {
            $0.answer(call) { json in
                json.beginObject()
                json.name("revoked")
                json.bool(true)
                json.endObject()
            }
        }
    }

    private static func name(of call: Call) -> [UInt8] {
        call.otherName.isEmpty ? call.keptToken : call.otherName
    }

    /// As long as any churnd accepts the token, whatever its `jwt.leeway`.
    private static func seconds(until end: Double, now unixMilliseconds: Int64) -> Int {
        let left = end + Double(TokenRules.leewaySecondsMax) - Double(unixMilliseconds) / 1000
        return Int(min(max(left.rounded(.up), 1), secondsMax))
    }
}
