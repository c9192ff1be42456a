internal import OpenAPI

// What the routes of the Open Inference Protocol say of themselves.

extension InferenceRoute {
    static var description: OperationDescription {
        OperationDescription(
            "Predict for the rows of tensors",
            details: "One input for each field, all with the same number of rows. Each row costs "
                + "one prediction of the quota, all or none; a row that is not good fails the "
                + "request. Tensors may be binary, after the JSON, whose length is then in "
                + "`Inference-Header-Content-Length`.",
            requests: [
                .init(.anyObject), .init(.text, as: "application/octet-stream"),
            ],
            answers: [.init("The outputs, with a value for each row", .init(.anyObject))])
    }

    static var problems: Set<ProblemType> { [.malformedBody, .notFound, .invalidRecord] }
}

extension InferenceServerRoute {
    static var description: OperationDescription {
        OperationDescription("The server, by the Open Inference Protocol")
    }
}

extension InferenceModelRoute {
    static var description: OperationDescription {
        OperationDescription("The inputs and outputs of the active model")
    }

    static var problems: Set<ProblemType> { [.notFound] }
}

extension InferenceModelReadinessRoute {
    static var description: OperationDescription {
        OperationDescription("Whether this is the active model")
    }

    static var problems: Set<ProblemType> { [.notFound] }
}

extension InferenceRepositoryRoute {
    static var description: OperationDescription {
        OperationDescription(
            "The models that there are",
            answers: [.init("The active model", .init(.anyArray))])
    }
}

extension InferenceLivenessRoute {
    static var description: OperationDescription {
        OperationDescription("Whether the process answers, by the Open Inference Protocol")
    }
}

extension InferenceReadinessRoute {
    static var description: OperationDescription {
        OperationDescription(
            "Whether requests should be sent here, by the Open Inference Protocol",
            details: "Like `/readyz`.",
            answers: [
                .init("Send requests here", .init(.anyObject)),
                .init(
                    "Send requests elsewhere", .init(.anyObject), status: 503,
                    fields: [.retryAfter]),
            ])
    }
}
