internal import AuditLog
internal import Behaviour
internal import Bytes
internal import Configuration
internal import JSON
internal import JWT
internal import OperationsAPI
internal import POSIX
internal import Reactor

/// `GET /admin/behaviour`: the subjects with alarms, and those farthest from their baselines.
enum BehaviourRoute: CommandRoute {
    static func carryOut(
        _ body: Span<UInt8>, _ call: Call, _ calls: Calls, _ operations: Administration
    ) throws(ServiceFailure) {
        guard let behaviour = operations.subjects.behaviour else { throw .behaviourIsOff }
        let listing = behaviour.listing(AdministrationRules.listedSubjectsMax)
        calls.answer(call) { answers in
            answers.answer(call) { listing.append(to: &$0, now: calls.loop.unixMilliseconds) }
        }
    }
}

/// `POST /admin/behaviour/clear`: ends a subject's alarm, and has its baseline learned again.
enum BehaviourClearingRoute: CommandRoute {
    static func carryOut(
        _ body: Span<UInt8>, _ call: Call, _ calls: Calls, _ operations: Administration
    ) throws(ServiceFailure) {
        guard let behaviour = operations.subjects.behaviour else { throw .behaviourIsOff }
        let command = try CommandBody(body, of: ["subject"], wanted: "{\"subject\": \"…\"}")
        let subject = try command.bytes(
            "subject",
            form: "1 to \(TokenRules.identifierBytesMax) bytes without control characters"
        ) { RevokedName.isIdentifier($0) }
        guard behaviour.isKnown(subject) else {
            return operations.answer(call, isChanged: false, calls)
        }
        let note = AuditNote.behaviour(.clear, subject: subject, by: AuditedOperator(of: call))
        operations.recorded(note, for: call, calls) { call, calls in
            calls.administration.answer(call, isChanged: behaviour.clear(subject), calls)
        }
    }
}

/// What operators see of subjects and their baselines.
struct BehaviourListing: Sendable {
    let rules: BehaviourRules
    let measure: BehaviourMeasure
    /// Subjects with a baseline.
    let total: Int
    let subjects: [(subject: [UInt8], baseline: SubjectBaseline?, alarm: BehaviourAlarm?)]

    /// - Parameter now: milliseconds since 1970.
    func append(to json: inout JSONWriter, now: Int64) {
        var time = TimestampText()
        json.beginObject()
        json.name("measure")
        json.string(measure.rawValue)
        json.name("total")
        json.number(total)
        json.name("subjects")
        json.beginArray()
        for (subject, baseline, alarm) in subjects {
            json.beginObject()
            json.name("subject")
            json.string(subject.span)
            if let baseline { append(baseline, to: &json, &time, now) }
            if let alarm {
                json.name("alarm")
                json.beginObject()
                append("since", alarm.since, to: &json, &time)
                append("until", alarm.until, to: &json, &time)
                append(alarm.judgement, to: &json)
                json.endObject()
            }
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }

    private func append(
        _ baseline: SubjectBaseline, to json: inout JSONWriter, _ time: inout TimestampText,
        _ now: Int64
    ) {
        append("first_seen", baseline.firstSeen, to: &json, &time)
        append("last_seen", baseline.lastSeen, to: &json, &time)
        json.name("learned")
        json.bool(baseline.isLearned(at: now, rules))
        if let latest = baseline.latest { append(latest, to: &json) }
    }

    private func append(
        _ name: StaticString, _ milliseconds: Int64, to json: inout JSONWriter,
        _ time: inout TimestampText
    ) {
        json.name(name)
        let text = time.bytes(unixMilliseconds: milliseconds)
        json.string(text.span)
    }

    private func append(_ judgement: Judgement, to json: inout JSONWriter) {
        json.name("distance")
        json.number(Double(judgement.distance), decimals: 1)
        json.name("signals")
        json.beginObject()
        for signal in judgement.signals {
            json.name(signal.label)
            json.number(Double(judgement.deviations[signal.rawValue]), decimals: 1)
        }
        json.endObject()
    }
}
