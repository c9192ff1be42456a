internal import Configuration
internal import Identity
internal import JSON
internal import OpenAPI

extension RouteHandler {
    /// A route that nobody has described is in the document with what follows from its row.
    static var description: OperationDescription { OperationDescription("") }

    static var problems: Set<ProblemType> { [] }
}

extension Route {
    /// One line on what it does; empty where nobody has written one.
    package var summary: String { handler.description.summary }

    /// The types of problem that a request for it may be answered with; other paths and other
    /// methods are not requests for it.
    package var problems: Set<ProblemType> {
        var problems = handler.problems
        // Framing, head and size are judged for every route.
        problems.formUnion([
            .malformedRequest, .requestTimeout, .contentTooLarge, .targetTooLong,
            .expectationFailed, .headTooLarge, .transferCodingNotSupported, .versionNotSupported,
        ])
        switch content {
        case .none, .optionalJSON: break
        case .json: problems.formUnion([.lengthRequired, .unsupportedMediaType])
        case .records:
            problems.formUnion([.lengthRequired, .unsupportedMediaType, .malformedBody])
        }
        switch access {
        case .open: return problems
        case .quota: problems.insert(.rateLimited)
        case .token, .administrator: break
        }
        return problems.union([
            .missingToken, .invalidToken, .tokenExpired, .tokenRevoked, .staleAuthentication,
            .insufficientScope, .httpsRequired, .tooManyFailures, .unavailable,
        ])
    }

    /// What the description of the interface says of it, once for each method.
    ///
    /// - Parameters:
    ///   - samples: failures by type.
    ///   - always: fields of every answer.
    ///   - needsNoToken: the platform has authenticated the caller.
    func described(
        _ samples: [ProblemType: FailureRow], always: [AnswerField], hasRoles: Bool,
        needsNoToken: Bool
    ) -> [DescribedOperation] {
        let methods: [DescribedOperation.Method] =
            switch method {
            case .get: [.get, .head]
            case .post: [.post]
            }
        let body: DescribedOperation.Body =
            switch content {
            case .none: .none
            case .optionalJSON: .optional
            case .json, .records: .required
            }
        let scopes = hasRoles ? scope.map { ["\($0.name)"] } ?? [] : []
        let failures = ProblemType.allCases.filter(problems.contains).map { problem in
            described(problem, samples[problem])
        }
        return methods.map { method in
            DescribedOperation(
                method, path, tag: families.first?.rawValue ?? "service", handler.description,
                scopes: access == .open || needsNoToken ? nil : scopes, body: body,
                fields: access == .quota ? always + [.rateLimitPolicy, .rateLimit] : always,
                failures: failures)
        }
    }

    private func described(_ problem: ProblemType, _ sample: FailureRow?) -> DescribedFailure {
        var example: [UInt8] = []
        if let sample {
            var writer = JSONWriter()
            let requestID = Route.sampleRequestID
            errors.append(sample, requestID: requestID.span, to: &writer)
            example = writer.finish()
        }
        return DescribedFailure(
            errors.exampleName(of: problem), status: problem.status, title: problem.title,
            mediaType: errors.contentType, shape: errors.shape,
            fields: sample?.answerFields ?? [], example: example)
    }

    /// In examples.
    static let sampleRequestID = Array("1f0c6c1ab3f2d1e4-000000000002".utf8)
}

extension ErrorForm {
    /// What is answered in this form.
    var shape: ContentShape {
        switch self {
        case .problem: .named(.problem)
        case .openInference: .named(.openInferenceError)
        case .mlflow, .vertex, .azure: .anyObject
        }
    }

    /// Examples of one name have one form.
    func exampleName(of problem: ProblemType) -> String {
        switch self {
        case .problem: problem.rawValue
        case .openInference: "inference-\(problem.rawValue)"
        case .mlflow: "mlflow-\(problem.rawValue)"
        case .vertex: "vertex-\(problem.rawValue)"
        case .azure: "azure-\(problem.rawValue)"
        }
    }
}
