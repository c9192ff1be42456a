/// What the description of the interface says of an operation beside what follows from its route
/// and from the table of failures. A route without one is described by its path alone.
package struct OperationDescription: Sendable {
    /// A parameter of the query, or a segment of the path that stands in braces.
    package struct Parameter: Sendable {
        let name: String
        let meaning: String
        /// As JSON Schema.
        let schema: String

        package init(_ name: String, _ meaning: String, schema: String) {
            self.name = name
            self.meaning = meaning
            self.schema = schema
        }
    }

    /// Content of a request or an answer.
    package struct Content: Sendable {
        let mediaType: StaticString
        let shape: ContentShape
        let example: ContentExample

        package init(
            _ shape: ContentShape, as mediaType: StaticString = "application/json",
            example: ContentExample = .absent
        ) {
            self.mediaType = mediaType
            self.shape = shape
            self.example = example
        }
    }

    /// An answer that is no failure of the table.
    package struct Answer: Sendable {
        let status: UInt16
        let meaning: String
        /// Nil where it has no content.
        let content: Content?
        let fields: [AnswerField]

        package init(
            _ meaning: String, _ content: Content?, status: UInt16 = 200,
            fields: [AnswerField] = []
        ) {
            self.status = status
            self.meaning = meaning
            self.content = content
            self.fields = fields
        }
    }

    /// One line; empty where nobody has written one.
    package let summary: String
    /// Sentences in CommonMark.
    let details: String
    let parameters: [Parameter]
    /// One for each media type; empty where the route takes no body, or any JSON object.
    let requests: [Content]
    /// Empty: 200 with any JSON object.
    let answers: [Answer]

    package init(
        _ summary: String, details: String = "", parameters: [Parameter] = [],
        requests: [Content] = [], answers: [Answer] = []
    ) {
        self.summary = summary
        self.details = details
        self.parameters = parameters
        self.requests = requests
        self.answers = answers
    }
}

/// What a content looks like.
package enum ContentShape: Sendable {
    /// A record of the active model's schema.
    case record
    /// A schema of `components`.
    case named(NamedSchema)
    case anyObject
    case anyArray
    /// Text, or bytes in the form of their media type.
    case text

    /// Where the schema is, in the document.
    var reference: String? {
        switch self {
        case .record: "#/components/schemas/\(NamedSchema.recordName)"
        case .named(let schema): "#/components/schemas/\(schema.name)"
        case .anyObject, .anyArray, .text: nil
        }
    }
}

/// What is shown in place of a content.
package enum ContentExample: Sendable {
    case absent
    /// A record that the active model takes.
    case record
    /// An array with that record.
    case records
    /// An object with such an array as its member of this name.
    case wrapped(String)
    /// A line with it, as text.
    case recordLine
    /// An inference request of the Open Inference Protocol with it.
    case tensors
    /// What is answered for that record.
    case prediction
    case json(StaticString)
}

/// An operation as the document has it: a method of a route.
package struct DescribedOperation: Sendable {
    package enum Method: String, Sendable { case get, head, post }

    package enum Body: Sendable { case none, optional, required }

    let method: Method
    /// Segments in braces are parameters.
    let path: StaticString
    let tag: String
    let description: OperationDescription
    /// Nil where no token is needed; else the scopes that it must have, by roles.
    let scopes: [String]?
    let body: Body
    /// Of each answer that is no failure.
    let fields: [AnswerField]
    let failures: [DescribedFailure]

    package init(
        _ method: Method, _ path: StaticString, tag: String, _ description: OperationDescription,
        scopes: [String]?, body: Body, fields: [AnswerField], failures: [DescribedFailure]
    ) {
        self.method = method
        self.path = path
        self.tag = tag
        self.description = description
        self.scopes = scopes
        self.body = body
        self.fields = fields
        self.failures = failures
    }

    /// `postPredict` for `POST /predict`; unique, as methods and paths are.
    var identifier: String {
        var name = method.rawValue
        var isStart = true
        for byte in "\(path)".utf8 {
            let isLetter = byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
            let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            guard isLetter || isDigit else {
                isStart = true
                continue
            }
            name.append(Character(Unicode.Scalar(isStart && isLetter ? byte & 0xDF : byte)))
            isStart = false
        }
        return name
    }

    /// The names in the path's braces.
    var pathParameters: [String] {
        "\(path)".split(separator: "{").dropFirst().map { part in
            String(part.prefix { $0 != "}" })
        }
    }
}

/// A failure that an operation may be answered with.
package struct DescribedFailure: Sendable {
    /// Its name among the examples of the form that it is answered in.
    let name: String
    let status: UInt16
    let title: String
    let mediaType: StaticString
    let shape: ContentShape
    let fields: [AnswerField]
    /// What is answered; empty where no example of it is known.
    let example: [UInt8]

    package init(
        _ name: String, status: UInt16, title: String, mediaType: StaticString,
        shape: ContentShape, fields: [AnswerField], example: [UInt8]
    ) {
        self.name = name
        self.status = status
        self.title = title
        self.mediaType = mediaType
        self.shape = shape
        self.fields = fields
        self.example = example
    }
}
