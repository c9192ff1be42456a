internal import OpenAPI

// What the routes of the scoring servers of platforms say of themselves.

private let allOrNone =
    "Each record costs one of the quota. One record that is not good fails the request."

extension InvocationsRoute {
    static var description: OperationDescription {
        OperationDescription(
            "Predict for the records of a data frame, as MLflow and SageMaker ask",
            details: allOrNone,
            requests: [
                .init(.anyObject, example: .wrapped("dataframe_records")),
                .init(.text, as: "application/jsonlines", example: .recordLine),
                .init(.text, as: "text/csv"),
            ],
            answers: [
                .init("The predictions", .init(.anyObject)),
                .init("The predictions", .init(.text, as: "application/jsonlines")),
                .init("The predictions", .init(.text, as: BatchForm.csv.contentType)),
            ])
    }

    static var problems: Set<ProblemType> { [.invalidRecord] }
}

extension VertexRoute {
    static var description: OperationDescription {
        OperationDescription(
            "Predict for instances, as Vertex AI asks", details: allOrNone,
            requests: [.init(.anyObject, example: .wrapped("instances"))],
            answers: [.init("The predictions", .init(.anyObject))])
    }

    static var problems: Set<ProblemType> { [.invalidRecord] }
}

extension AzureRoute {
    static var description: OperationDescription {
        OperationDescription(
            "Predict for records, as Azure ML asks", details: allOrNone,
            requests: [.init(.anyObject, example: .wrapped("input_data"))],
            answers: [.init("The predictions", .init(.anyObject))])
    }

    static var problems: Set<ProblemType> { [.invalidRecord] }
}

extension OperationDescription {
    fileprivate static func readiness(_ summary: String) -> OperationDescription {
        let text = Content(.text, as: "text/plain; charset=utf-8")
        return OperationDescription(
            summary,
            answers: [
                .init("Send requests here", text),
                .init("Send requests elsewhere", text, status: 503, fields: [.retryAfter]),
            ])
    }
}

extension PingRoute {
    static var description: OperationDescription {
        .readiness("Whether requests should be sent here, for platforms")
    }
}

extension AzureRootRoute {
    static var description: OperationDescription {
        .readiness("Whether requests should be sent here, for Azure ML")
    }
}

extension VersionRoute {
    static var description: OperationDescription {
        OperationDescription(
            "The version of churnd", answers: [.init("The version", .init(.text))])
    }
}
