internal import OpenAPI

// What the routes of every configuration say of themselves.

extension PredictRoute {
    static var description: OperationDescription {
        OperationDescription(
            "Predict whether a customer leaves",
            details: "Costs one prediction of the quota of the token's subject. Only a 200 is "
                + "charged. A prediction changes nothing but the quota, so it can be repeated.",
            parameters: [reasons],
            requests: [.init(.record, example: .record)],
            answers: [
                .init("The prediction", .init(.named(.prediction), example: .prediction))
            ])
    }

    static var problems: Set<ProblemType> {
        [.malformedBody, .invalidParameter, .conflict, .invalidRecord]
    }

    fileprivate static var reasons: OperationDescription.Parameter {
        .init(
            "explain",
            "How many reasons the answer has, the strongest first; `all`: what every field adds, "
                + "in the schema's order",
            schema: #"{"anyOf":[{"type":"integer","minimum":1,"maximum":64},{"const":"all"}]}"#)
    }
}

extension BatchRoute {
    static var description: OperationDescription {
        OperationDescription(
            "Predict for many customers, each with its own answer",
            details: "Each prediction costs one of the quota. A record that is not good costs "
                + "nothing and spoils no other. The answer has the first form of these that "
                + "`Accept` names, else lines.",
            parameters: [PredictRoute.reasons],
            requests: [
                .init(.named(.batch), example: .records),
                .init(.text, as: "application/x-ndjson", example: .recordLine),
                .init(.text, as: "text/csv"),
            ],
            answers: [
                .init("A prediction or a problem for each record", .init(.named(.batchAnswer))),
                .init(
                    "A prediction or a problem for each record",
                    .init(.text, as: BatchForm.lines.contentType)),
                .init(
                    "A prediction or a problem for each record",
                    .init(.text, as: BatchForm.csv.contentType)),
            ])
    }

    static var problems: Set<ProblemType> { [.invalidParameter, .conflict] }
}

extension CustomerRoute {
    static var description: OperationDescription {
        OperationDescription(
            "Predict whether a customer leaves whose features are stored",
            details: "The features are looked up in Redis by the customer's identifier. Otherwise "
                + "as `/predict`.",
            parameters: [
                .init(
                    "id", "The customer's identifier, percent-encoded",
                    schema: #"{"type":"string","minLength":1,"maxLength":256}"#),
                PredictRoute.reasons,
            ],
            answers: [
                .init("The prediction", .init(.named(.prediction), example: .prediction))
            ])
    }

    static var problems: Set<ProblemType> {
        [
            .invalidParameter, .invalidCustomerID, .customerNotReadable, .customerNotFound,
            .conflict, .featuresStale, .invalidRecord, .featuresMissing, .featuresUnreadable,
        ]
    }
}

extension LogoutRoute {
    static var description: OperationDescription {
        OperationDescription(
            "Revoke the token that the request carries",
            details: "From then on it is answered with 401. Costs nothing of the quota.",
            answers: [
                .init(
                    "The token is revoked",
                    .init(.named(.revocation), example: .json(#"{"revoked":true}"#)))
            ])
    }
}

extension HealthRoute {
    static var description: OperationDescription {
        OperationDescription(
            "Whether predictions are available",
            answers: HealthDocument.answers(
                "All that it depends on works", "Something that it depends on fails"))
    }
}

extension ReadinessRoute {
    static var description: OperationDescription {
        OperationDescription(
            "Whether requests should be sent here",
            details: "Like `/health`, and fails while the service drains.",
            answers: HealthDocument.answers("Send requests here", "Send requests elsewhere"))
    }
}

extension LivenessRoute {
    static var description: OperationDescription {
        OperationDescription(
            "Whether the process answers",
            answers: [
                .init(
                    "It does", .init(.named(.health), as: HealthDocument.contentType))
            ])
    }
}

extension HealthDocument {
    fileprivate static func answers(
        _ passes: String, _ fails: String
    ) -> [OperationDescription.Answer] {
        let content = OperationDescription.Content(.named(.health), as: contentType)
        return [
            .init(passes, content), .init(fails, content, status: 503, fields: [.retryAfter]),
        ]
    }
}
