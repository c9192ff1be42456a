import Features
import JSON
import OpenAPI
import Testing

@Suite struct OpenAPIDocumentTests {
    private static let schemaText = """
        {"type":"object","properties":{"n":{"type":"integer","minimum":1,"maximum":3}},\
        "required":["n"],"additionalProperties":false}
        """

    private func document(_ operations: [DescribedOperation]) throws -> JSONObject {
        let text = Array(OpenAPIDocumentTests.schemaText.utf8)
        let model = OpenAPIDocument.Model(
            fullName: "m/1", schema: try Schema(json: text.span),
            recordExample: Array(#"{"n":2}"#.utf8), predictionExample: Array(#"{"p":1}"#.utf8))
        let bytes = OpenAPIDocument(version: "9.8.7", model: model, operations: operations).bytes()
        return try #require(try JSONValue(parsing: bytes.span, depthMax: 32).asObject)
    }

    private func operation(
        _ method: DescribedOperation.Method = .post, _ path: StaticString = "/a",
        _ description: OperationDescription = OperationDescription(""), scopes: [String]? = nil,
        body: DescribedOperation.Body = .none, failures: [DescribedFailure] = []
    ) -> DescribedOperation {
        DescribedOperation(
            method, path, tag: "t", description, scopes: scopes, body: body,
            fields: [.requestID, .rateLimit], failures: failures)
    }

    private func failure(_ name: String, _ status: UInt16, title: String) -> DescribedFailure {
        DescribedFailure(
            name, status: status, title: title, mediaType: "application/problem+json",
            shape: .named(.problem), fields: [.retryAfter], example: Array(#"{"a":1}"#.utf8))
    }

    /// What a chain of names leads to; references are followed.
    private func at(_ path: [String], in document: JSONObject) throws -> JSONValue {
        var value = JSONValue.object(document)
        for name in path {
            value = try #require(value.asObject?[name], "\(path) has no \(name)")
            while let reference = value.asObject?["$ref"]?.asString {
                let names = reference.dropFirst(2).split(separator: "/").map(String.init)
                value = try at(names, in: document)
            }
        }
        return value
    }

    @Test func `the document names the program's version and the model`() throws {
        let document = try document([])
        #expect(document["openapi"] == .string("3.1.0"))
        #expect(try at(["info", "version"], in: document) == .string("9.8.7"))
        #expect(try at(["info", "x-model"], in: document) == .string("m/1"))
        #expect(try at(["paths"], in: document).asObject?.members.isEmpty == true)
    }

    @Test func `an operation that nobody has described has a summary and an answer`() throws {
        let document = try document([operation(body: .required)])
        let place = ["paths", "/a", "post"]
        #expect(try at(place + ["summary"], in: document) == .string("POST /a"))
        let content = ["content", "application/json", "schema", "type"]
        for part in [["requestBody"], ["responses", "200"]] {
            #expect(try at(place + part + content, in: document) == .string("object"))
        }
        #expect(try at(place + ["requestBody", "required"], in: document) == .bool(true))
    }

    @Test(
        arguments: [
            ("/predict", "postPredict"), ("/openapi.json", "postOpenapiJson"),
            ("/v2/models/{model}/infer", "postV2ModelsModelInfer"),
            ("/docs/{file}", "postDocsFile"),
        ] as [(StaticString, String)])
    func `an operation is called by its method and path`(
        path: StaticString, identifier: String
    ) throws {
        let document = try document([operation(.post, path)])
        let place = ["paths", "\(path)", "post", "operationId"]
        #expect(try at(place, in: document) == .string(identifier))
    }

    @Test func `every segment in braces is a parameter, described or not`() throws {
        let description = OperationDescription(
            "S",
            parameters: [
                .init("b", "Its meaning", schema: #"{"enum":["x"]}"#),
                .init("q", "Another", schema: #"{"type":"integer"}"#),
            ])
        let document = try document([operation(.get, "/a/{a}/{b}", description)])
        let place = ["paths", "/a/{a}/{b}", "get", "parameters"]
        let parameters = (try at(place, in: document).asArray ?? []).compactMap(\.asObject)
        try #require(parameters.count == 3)
        #expect(parameters.map { $0["name"]?.asString } == ["a", "b", "q"])
        #expect(parameters.map { $0["in"]?.asString } == ["path", "path", "query"])
        #expect(parameters.map { $0["required"]?.asBool } == [true, true, nil])
        #expect(parameters[1]["description"] == .string("Its meaning"))
    }

    @Test func `a token is needed where the route needs one`() throws {
        let document = try document([
            operation(.get, "/open"), operation(.get, "/token", scopes: []),
            operation(.get, "/scope", scopes: ["predict"]),
        ])
        func security(_ path: String) throws -> JSONValue {
            try at(["paths", path, "get", "security"], in: document)
        }
        #expect(try security("/open") == .array([]))
        #expect(try security("/token") == .array([.object([("bearer", .array([]))])]))
        #expect(
            try security("/scope")
                == .array([.object([("bearer", .array([.string("predict")]))])]))
        #expect(
            try at(["components", "securitySchemes", "bearer", "scheme"], in: document)
                == .string("bearer"))
    }

    @Test func `failures of a status are one answer, with an example of each and their fields`()
        throws
    {
        let failures = [
            failure("x", 429, title: "One"), failure("y", 429, title: "Two"),
            failure("z", 503, title: "Three"),
        ]
        let document = try document([operation(failures: failures)])
        let place = ["paths", "/a", "post", "responses"]
        let statuses = try at(place, in: document).asObject?.members.map(\.name)
        #expect(statuses == ["200", "429", "503"])
        let answer = try #require(try at(place + ["429"], in: document).asObject)
        #expect(answer["description"] == .string("One. Two"))
        // What is left of the quota is reported with what is no failure.
        #expect(
            answer["headers"]?.asObject?.members.map(\.name) == ["X-Request-Id", "Retry-After"])
        let good = try at(place + ["200", "headers"], in: document)
        #expect(good.asObject?.members.map(\.name) == ["X-Request-Id", "RateLimit"])
        let content = ["content", "application/problem+json"]
        let examples = try at(place + ["429"] + content + ["examples"], in: document)
        #expect(examples.asObject?.members.map(\.name) == ["x", "y"])
        #expect(
            try at(place + ["429"] + content + ["examples", "y", "value"], in: document)
                == .object([("a", .number(1))]))
        // Each problem's schema comes with those that it refers to.
        let schemas = try at(["components", "schemas"], in: document)
        #expect(schemas.asObject?["Violation"] != nil)
    }

    @Test func `HEAD has the statuses and fields of GET and no content`() throws {
        let failures = [failure("x", 503, title: "One")]
        let document = try document([
            operation(.get, failures: failures), operation(.head, failures: failures),
        ])
        for status in ["200", "503"] {
            let get = try at(["paths", "/a", "get", "responses", status], in: document).asObject
            let head = try at(["paths", "/a", "head", "responses", status], in: document).asObject
            #expect(get?["content"] != nil)
            #expect(head?["content"] == nil)
            #expect(get?["headers"] == head?["headers"])
        }
    }

    @Test func `equal answers are written once`() throws {
        let failures = [failure("x", 503, title: "One")]
        let document = try document([
            operation(.post, "/a", failures: failures), operation(.post, "/b", failures: failures),
            operation(.post, "/c", failures: [failure("x", 503, title: "Other")]),
        ])
        let responses = try at(["components", "responses"], in: document).asObject
        #expect(responses?.members.count == 3)
        let references = ["/a", "/b", "/c"].map { path in
            document["paths"]?.asObject?[path]?.asObject?["post"]?.asObject?["responses"]?.asObject
        }
        #expect(references[0] == references[1] && references[1] != references[2])
    }

    @Test func `the examples of the model stand where a description wants them`() throws {
        let description = OperationDescription(
            "S", requests: [.init(.record, example: .record)],
            answers: [
                .init("One", .init(.named(.prediction), example: .prediction)),
                .init("Other", .init(.text, as: "text/csv", example: .json("\"a,b\""))),
                .init("Not modified", nil, status: 304, fields: [.entityTag]),
            ])
        let document = try document([operation(.post, "/a", description, body: .optional)])
        let place = ["paths", "/a", "post"]
        let json = ["content", "application/json"]
        #expect(
            try at(place + ["requestBody"] + json + ["example"], in: document)
                == .object([("n", .number(2))]))
        #expect(
            try at(place + ["requestBody"] + json + ["schema", "required"], in: document)
                == .array([.string("n")]))
        #expect(
            try at(place + ["responses", "200"] + json + ["example"], in: document)
                == .object([("p", .number(1))]))
        #expect(
            try at(place + ["responses", "200", "content", "text/csv", "example"], in: document)
                == .string("a,b"))
        let unchanged = try at(place + ["responses", "304"], in: document).asObject
        #expect(unchanged?["content"] == nil)
        #expect(unchanged?["headers"]?.asObject?["ETag"] != nil)
    }

    @Test func `the page's files are there, and load nothing from elsewhere`() throws {
        for file in DocsFile.allCases {
            let text = String(decoding: file.content, as: UTF8.self)
            #expect(!text.isEmpty)
            #expect(!text.contains("//cdn") && !text.contains("src=\"http"))
            #expect(!text.contains("innerHTML"), "what is shown is text")
        }
        let page = String(decoding: DocsFile.page.content, as: UTF8.self)
        // The policy allows neither.
        #expect(!page.contains("style=") && !page.contains("onclick"))
        #expect(!page.contains("<script>") && !page.contains("<style>"))
        let names = try #require(
            try JSONValue(parsing: Array(DocsFile.nameSchema.utf8).span).asObject?["enum"])
        #expect(
            names.asArray?.map { "/docs/\($0.asString ?? "")" }
                == DocsFile.allCases.dropFirst().map { "\($0.path)" })
    }
}
