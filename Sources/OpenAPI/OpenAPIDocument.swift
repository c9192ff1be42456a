package import Features
internal import JSON

/// The description of an interface in OpenAPI 3.1. The same input gives the same bytes.
package struct OpenAPIDocument: Sendable {
    /// Of the model that is described.
    package struct Model: Sendable {
        let fullName: String
        let schema: Schema
        /// A record that it takes, and what is answered; empty where none is known.
        let recordExample: [UInt8]
        let predictionExample: [UInt8]

        package init(
            fullName: String, schema: Schema, recordExample: [UInt8], predictionExample: [UInt8]
        ) {
            self.fullName = fullName
            self.schema = schema
            self.recordExample = recordExample
            self.predictionExample = predictionExample
        }
    }

    /// The program's.
    private let version: String
    private let model: Model
    private let operations: [DescribedOperation]

    package init(version: String, model: Model, operations: [DescribedOperation]) {
        self.version = version
        self.model = model
        self.operations = operations
    }

    /// The document.
    package func bytes() -> [UInt8] {
        var components = ComponentCollection()
        var writer = JSONWriter(reserving: 65_536)
        writer.beginObject()
        writer.name("openapi")
        writer.string("3.1.0" as StaticString)
        appendInfo(to: &writer)
        writer.name("tags")
        writer.beginArray()
        for tag in tags {
            writer.beginObject()
            writer.name("name")
            writer.string(tag)
            writer.endObject()
        }
        writer.endArray()
        writer.name("paths")
        writer.beginObject()
        for path in paths {
            writer.name(path)
            writer.beginObject()
            for operation in operations where "\(operation.path)" == path {
                writer.name(operation.method.rawValue)
                append(operation, to: &writer, &components)
            }
            writer.endObject()
        }
        writer.endObject()
        writer.name("components")
        components.append(model.schema, to: &writer)
        writer.endObject()
        return writer.finish()
    }

    private var tags: [String] {
        operations.map(\.tag).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private var paths: [String] {
        operations.map { "\($0.path)" }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    private func appendInfo(to writer: inout JSONWriter) {
        writer.name("info")
        writer.beginObject()
        writer.name("title")
        writer.string("churnd" as StaticString)
        writer.name("version")
        writer.string(version)
        writer.name("description")
        writer.string(
            "What this listener serves. Records are those of the active model, "
                + "`\(model.fullName)`. Any other method of a path is answered with 405 and "
                + "`Allow`, any other path with 404.")
        writer.name("x-model")
        writer.string(model.fullName)
        writer.endObject()
    }

    private func append(
        _ operation: DescribedOperation, to writer: inout JSONWriter,
        _ components: inout ComponentCollection
    ) {
        let description = operation.description
        writer.beginObject()
        writer.name("operationId")
        writer.string(operation.identifier)
        writer.name("tags")
        writer.beginArray()
        writer.string(operation.tag)
        writer.endArray()
        writer.name("summary")
        if !description.summary.isEmpty {
            writer.string(description.summary)
        } else {
            writer.string("\(operation.method.rawValue.uppercased()) \(operation.path)")
        }
        if !description.details.isEmpty {
            writer.name("description")
            writer.string(description.details)
        }
        writer.name("security")
        writer.beginArray()
        if let scopes = operation.scopes {
            writer.beginObject()
            writer.name("bearer")
            writer.beginArray()
            for scope in scopes { writer.string(scope) }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        appendParameters(of: operation, to: &writer)
        appendBody(of: operation, to: &writer, &components)
        appendResponses(of: operation, to: &writer, &components)
        writer.endObject()
    }

    private func appendParameters(of operation: DescribedOperation, to writer: inout JSONWriter) {
        let names = operation.pathParameters
        guard !names.isEmpty || !operation.description.parameters.isEmpty else { return }
        writer.name("parameters")
        writer.beginArray()
        let known = operation.description.parameters
        for name in names where !known.contains(where: { $0.name == name }) {
            append(
                .init(name, "", schema: #"{"type":"string","minLength":1}"#), isInPath: true,
                to: &writer)
        }
        for parameter in known {
            append(parameter, isInPath: names.contains(parameter.name), to: &writer)
        }
        writer.endArray()
    }

    private func append(
        _ parameter: OperationDescription.Parameter, isInPath: Bool, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.name("name")
        writer.string(parameter.name)
        writer.name("in")
        writer.string(isInPath ? "path" as StaticString : "query")
        if isInPath {
            writer.name("required")
            writer.bool(true)
        }
        if !parameter.meaning.isEmpty {
            writer.name("description")
            writer.string(parameter.meaning)
        }
        writer.name("schema")
        writer.raw(Array(parameter.schema.utf8).span)
        writer.endObject()
    }

    private func appendBody(
        of operation: DescribedOperation, to writer: inout JSONWriter,
        _ components: inout ComponentCollection
    ) {
        guard operation.body != .none else { return }
        let requests = operation.description.requests
        writer.name("requestBody")
        writer.beginObject()
        writer.name("required")
        writer.bool(operation.body == .required)
        writer.name("content")
        writer.beginObject()
        for content in requests.isEmpty ? [OperationDescription.Content(.anyObject)] : requests {
            append(content, to: &writer, &components)
        }
        writer.endObject()
        writer.endObject()
    }

    /// Writes a member of `content`.
    private func append(
        _ content: OperationDescription.Content, to writer: inout JSONWriter,
        _ components: inout ComponentCollection
    ) {
        writer.name(content.mediaType)
        writer.beginObject()
        writer.name("schema")
        components.append(content.shape, to: &writer)
        let example = model.bytes(of: content.example)
        if !example.isEmpty {
            writer.name("example")
            writer.raw(example.span)
        }
        writer.endObject()
    }
}

// Answers.
extension OpenAPIDocument {
    private func appendResponses(
        of operation: DescribedOperation, to writer: inout JSONWriter,
        _ components: inout ComponentCollection
    ) {
        var answers = operation.description.answers
        if answers.isEmpty {
            answers = [OperationDescription.Answer("Done", .init(.anyObject))]
        }
        let statuses = Set(answers.map(\.status) + operation.failures.map(\.status)).sorted()
        writer.name("responses")
        writer.beginObject()
        for status in statuses {
            var response = JSONWriter()
            append(
                answers.filter { $0.status == status },
                operation.failures.filter { $0.status == status }, of: operation, to: &response,
                &components)
            writer.name("\(status)")
            components.appendReference(toResponse: response.finish(), of: status, to: &writer)
        }
        writer.endObject()
    }

    /// Writes what one status stands for: mostly some answers or some failures.
    private func append(
        _ answers: [OperationDescription.Answer], _ failures: [DescribedFailure],
        of operation: DescribedOperation, to response: inout JSONWriter,
        _ components: inout ComponentCollection
    ) {
        response.beginObject()
        response.name("description")
        var meanings: [String] = []
        for meaning in answers.map(\.meaning) + failures.map(\.title)
        where !meanings.contains(meaning) {
            meanings.append(meaning)
        }
        response.string(meanings.joined(separator: ". "))
        let fields = answers.flatMap(\.fields) + failures.flatMap(\.fields)
        let always: Set<AnswerField> = Set(operation.fields + [.requestID])
        let present = Set(fields).union(
            answers.isEmpty ? always.intersection([.requestID, .traceParent]) : always)
        response.name("headers")
        response.beginObject()
        for field in AnswerField.allCases where present.contains(field) {
            response.name(field.rawValue)
            components.appendReference(to: field, in: &response)
        }
        response.endObject()
        if operation.method != .head {
            let contents = answers.compactMap(\.content)
            if !contents.isEmpty || !failures.isEmpty {
                response.name("content")
                response.beginObject()
                for content in contents { append(content, to: &response, &components) }
                append(failures, to: &response, &components)
                response.endObject()
            }
        }
        response.endObject()
    }

    /// Writes a member of `content` for failures, which all have one form in an operation.
    private func append(
        _ failures: [DescribedFailure], to response: inout JSONWriter,
        _ components: inout ComponentCollection
    ) {
        guard let first = failures.first else { return }
        response.name(first.mediaType)
        response.beginObject()
        response.name("schema")
        components.append(first.shape, to: &response)
        let shown = failures.filter { !$0.example.isEmpty }
        if !shown.isEmpty {
            response.name("examples")
            response.beginObject()
            for failure in shown {
                response.name(failure.name)
                components.appendReference(toExample: failure, in: &response)
            }
            response.endObject()
        }
        response.endObject()
    }
}
