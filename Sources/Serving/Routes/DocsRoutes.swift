internal import Bytes
internal import HTTP
internal import HTTPServer
internal import OpenAPI

/// A route whose content clients may keep. It is open to everyone, so that nothing waits between
/// `prepare` and `answer`.
protocol KeptRoute: RouteHandler {
    static func content(
        of path: Span<UInt8>, _ call: Call, _ calls: Calls
    ) throws(ServiceFailure) -> KeptContent
}

extension KeptRoute {
    static func prepare(
        _ call: Call, _ request: borrowing Request, _ calls: Calls
    ) throws(ServiceFailure) {
        let head = request.headBytes
        let content = try content(of: head.extracting(request.head.path), call, calls)
        let condition = head.headField("if-none-match")?.value
        let isKnown = condition.map { content.isNamed(in: head.extracting($0)) } ?? false
        call.kept = (content, isKnown)
    }

    static func answer(_ call: Call, _ calls: Calls) {
        guard let kept = call.kept else { preconditionFailure("it was prepared") }
        calls.answer(call) { $0.answer(call, kept.content, isKnown: kept.isKnown) }
    }

    fileprivate static var notModified: OperationDescription.Answer {
        .init("Not modified since If-None-Match", nil, status: 304, fields: [.entityTag])
    }
}

/// `GET /openapi.json`: what this listener serves, for programs.
enum OpenAPIRoute: KeptRoute {
    static func content(of path: Span<UInt8>, _ call: Call, _ calls: Calls) -> KeptContent {
        calls.documents.description(for: call, calls)
    }

    static var description: OperationDescription {
        OperationDescription(
            "The description of this interface",
            details: "OpenAPI 3.1, with the schema of the active model's records.",
            answers: [
                .init("The description", .init(.anyObject), fields: [.entityTag]), notModified,
            ])
    }
}

/// `GET /docs`: a page that shows it, and can send requests.
enum DocsPageRoute: KeptRoute {
    static func content(of path: Span<UInt8>, _ call: Call, _ calls: Calls) -> KeptContent {
        calls.documents.file(.page, calls)
    }

    static var description: OperationDescription {
        OperationDescription(
            "A page that shows this interface",
            answers: [
                .init(
                    "The page", .init(.text, as: DocsFile.page.mediaType), fields: [.entityTag]),
                notModified,
            ])
    }
}

/// `GET /docs/{file}`: what the page consists of beside its HTML.
enum DocsFileRoute: KeptRoute {
    static func content(
        of path: Span<UInt8>, _ call: Call, _ calls: Calls
    ) throws(ServiceFailure) -> KeptContent {
        guard let file = DocsFile.allCases.first(where: { path.equals($0.path) }) else {
            throw .unknownPath
        }
        return calls.documents.file(file, calls)
    }

    static var description: OperationDescription {
        let files = DocsFile.allCases.filter { $0 != .page }
        return OperationDescription(
            "A file of that page",
            parameters: [.init("file", "Its name", schema: DocsFile.nameSchema)],
            answers: files.map { file in
                .init("The file", .init(.text, as: file.mediaType), fields: [.entityTag])
            } + [notModified])
    }

    static var problems: Set<ProblemType> { [.notFound] }
}
