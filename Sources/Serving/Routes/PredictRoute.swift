internal import Bytes
internal import HTTPServer
internal import Models
internal import Reactor
internal import Telemetry

/// What a route does beside what all routes go through.
protocol RouteHandler: SendableMetatype {
    /// Reads what the query asks for.
    static func describe(_ call: Call, query: Span<UInt8>) throws(ServiceFailure)

    /// Judges the fields that describe the content, where the route takes several records.
    static func describe(_ call: Call, _ request: borrowing Request) throws(ServiceFailure)

    /// Reads what the route needs of the request: it is gone when the call has waited. What is
    /// wrong with it is answered when the caller is known to be admitted.
    static func prepare(
        _ call: Call, _ request: borrowing Request, _ calls: Calls
    ) throws(ServiceFailure)

    /// Answers by `Calls.answer`, now or, through a door, later.
    static func answer(_ call: Call, _ calls: Calls) throws(ServiceFailure)
}

extension RouteHandler {
    static func describe(_ call: Call, query: Span<UInt8>) throws(ServiceFailure) {}

    static func describe(_ call: Call, _ request: borrowing Request) throws(ServiceFailure) {}

    static func prepare(
        _ call: Call, _ request: borrowing Request, _ calls: Calls
    ) throws(ServiceFailure) {}
}

/// `POST /predict`: how likely a customer leaves.
enum PredictRoute: RouteHandler {
    /// Other parameters than `explain` are ignored.
    static func describe(_ call: Call, query: Span<UInt8>) throws(ServiceFailure) {
        var start = 0
        while start < query.count {
            var end = start
            while end < query.count, query[end] != UInt8(ascii: "&") { end += 1 }
            try read(query.extracting(start..<end), into: call)
            start = end + 1
        }
    }

    private static func read(
        _ parameter: Span<UInt8>, into call: Call
    ) throws(ServiceFailure) {
        let name: StaticString = "explain="
        let count = name.utf8CodeUnitCount
        guard parameter.count >= count, parameter.extracting(first: count).equals(name) else {
            return
        }
        let value = parameter.extracting(droppingFirst: count)
        guard call.reasonCount == nil,
            let reasons = ReasonCount(String(decoding: Array(copying: value), as: UTF8.self))
        else {
            throw .invalidParameter(
                name: "explain", wanted: "1 to \(ReasonCount.most) or all, and be there once")
        }
        call.reasonCount = reasons
    }

    /// A body of a subject that the store has just refused is validated and not scored: 400 and 422
    /// come before 429.
    static func prepare(
        _ call: Call, _ request: borrowing Request, _ calls: Calls
    ) throws(ServiceFailure) {
        guard call.reasonCount == nil || call.scorer.givesReasons else { throw .noReasons }
        let body = request.body
        if let leader = call.leader, leader.outcome == .unscored {
            let leaderBody = leader.keptBody
            if leaderBody.span.equals(body) {
                call.prediction.customerID = leader.prediction.customerID
                return keep(call, request)
            }
        }
        if call.leader != nil
            || calls.refused.contains(call.subject, limit: call.quotaLimit, now: calls.loop.now)
        {
            try call.scorer.validate(body, &call.stages, into: &call.prediction)
            return keep(call, request)
        }
        try call.scorer.score(
            body, &call.stages, reasons: call.reasonCount, into: &call.prediction)
        call.outcome = .scored
    }

    private static func keep(_ call: Call, _ request: borrowing Request) {
        call.keep(
            body: request.body, token: request.headBytes.extracting(call.tokenRange))
        call.outcome = .unscored
    }

    static func answer(_ call: Call, _ calls: Calls) {
        let scorer = call.scorer
        calls.counts.predicted(
            scorer.series, risk: call.prediction.risk, probability: call.prediction.probability,
            outOfRange: call.prediction.outOfRange)
        calls.behaviour?.note(call, call.prediction.traits)
        let subject = call.subject
        let modelName = scorer.modelName
        calls.answer(call) { answers in
            answers.answer(call, decision: call.decision) { json in
                answers.writer.append(
                    call.prediction, subject: subject.span, modelName: modelName.span,
                    requestID: call.requestID.bytes, unixMilliseconds: call.unixMilliseconds,
                    showsProbability: call.showsProbability, to: &json)
            }
        }
    }
}
