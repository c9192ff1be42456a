internal import OpenAPI

// What the routes of the Open Inference Protocol say of themselves.

extension InferenceRoute {
    static var description: OperationDescription {
        OperationDescription(
            "Predict for the rows of tensors, all or none",
            details: "Each row costs one of the quota. One row that is not good fails the request.",
            requests: [
                .init(.named(.inferenceRequest), example: .tensors),
                .init(.text, as: "application/octet-stream"),
            ],
            answers: [
                .init("The outputs", .init(.named(.inferenceAnswer))),
                .init("The outputs", .init(.text, as: "application/octet-stream")),
            ])
    }

    static var problems: Set<ProblemType> { [.notFound, .invalidRecord] }
}

extension InferenceServerRoute {
    static var description: OperationDescription {
        OperationDescription("Name, version and extensions of the server")
    }
}

extension InferenceModelRoute {
    static var description: OperationDescription {
        OperationDescription("Inputs and outputs of the model")
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
            answers: [.init("The active model", .init(.named(.modelIndex)))])
    }
}

extension InferenceLivenessRoute {
    static var description: OperationDescription {
        OperationDescription("Whether the server answers")
    }
}

extension InferenceReadinessRoute {
    static var description: OperationDescription {
        OperationDescription(
            "Whether requests should be sent here, for clients of the protocol",
            answers: [
                .init("Send requests here", .init(.anyObject)),
                .init(
                    "Send requests elsewhere", .init(.anyObject), status: 503,
                    fields: [.retryAfter]),
            ])
    }
}
