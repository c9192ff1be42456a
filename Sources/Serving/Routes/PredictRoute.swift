internal import Bytes
internal import HTTPServer
internal import Reactor
internal import Telemetry

/// What a route does beside what all routes go through.
protocol RouteHandler: SendableMetatype {
    /// Reads what the route needs of the request: it is gone when the call has waited. What is
    /// wrong with it is answered when the caller is known to be admitted.
    static func prepare(
        _ call: Call, _ request: borrowing Request, _ calls: Calls
    ) throws(ServiceFailure)

    /// Answers by `Calls.answer`, now or, through a door, later.
    static func answer(_ call: Call, _ calls: Calls) throws(ServiceFailure)
}

extension RouteHandler {
    static func prepare(
        _ call: Call, _ request: borrowing Request, _ calls: Calls
    ) throws(ServiceFailure) {}
}

/// `POST /predict`: how likely a customer leaves.
enum PredictRoute: RouteHandler {
    /// A body of a subject that the store has just refused is validated and not scored: 400 and 422
    /// come before 429.
    static func prepare(
        _ call: Call, _ request: borrowing Request, _ calls: Calls
    ) throws(ServiceFailure) {
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
        try call.scorer.score(body, &call.stages, into: &call.prediction)
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
