import Testing

/// A rule of the house that a machine can check, one file at a time.
struct HouseRule: Sendable, CustomTestStringConvertible {
    /// What the rule wants, as the end of a failure's line.
    let statement: String
    /// The lines of the file that break it.
    let brokenLines: @Sendable (ProjectFile) -> [Int]

    var testDescription: String { statement }

    func violations(in file: ProjectFile) -> [String] {
        brokenLines(file).map { "\(file.path):\($0): \(statement)" }
    }
}

extension HouseRule {
    static let all: [HouseRule] = [
        .fileLength, .lineLength, .functionLength, .doors, .noFoundation, .declaredImports,
        .safety, .names, .noMarkers, .noPublic, .noSleep, .noEmoji, .noMachinePaths, .plainWords,
        .plainEnglish, .sentences, .noVagueFailure, .documentWidth, .shortFiles,
    ]

    static let fileLength = HouseRule(
        statement: "a source has at most 400 lines, a test file 800"
    ) { file in
        guard file.swift != nil else { return [] }
        let linesMax = file.isTest ? 800 : 400
        return file.lineCount > linesMax ? [linesMax + 1] : []
    }

    static let lineLength = HouseRule(statement: "a line has at most 100 columns") { file in
        guard file.swift != nil else { return [] }
        return file.lines.indices.filter { file.lines[$0].count > 100 }.map { $0 + 1 }
    }

    /// Tables, code and lines of one link cannot be broken.
    static let documentWidth = HouseRule(statement: "prose has at most 140 columns") { file in
        guard file.path.hasSuffix(".md") else { return [] }
        var isFenced = false
        return file.lines.indices.filter { index in
            let line = file.lines[index]
            if line.hasPrefix("```") { isFenced.toggle() }
            return !isFenced && !line.hasPrefix("|") && line.contains(" ") && line.count > 140
        }.map { $0 + 1 }
    }

    static let functionLength = HouseRule(statement: "a function has at most 70 lines") { file in
        guard let swift = file.swift else { return [] }
        return FunctionLines.all(in: swift.tokens).filter { $0.count > 70 }.map(\.lowerBound)
    }

    /// Who may import what; the doors give the rest of the project values and spans.
    private static let importers: [String: Set<String>] = [
        "CLinux": ["POSIX"],
        "CHiredis": ["Redis", "RedisTests"],
        "COpenSSL": ["OpenSSL", "HTTPServerTests"],
        "CXGBoost": ["XGBoost"],
        "Glibc": ["POSIX", "OpenSSL", "Redis", "XGBoost"],
    ]

    static let doors = HouseRule(statement: "a C module is imported by its door only") { file in
        guard file.isSource || file.isTest else { return [] }
        return imports(in: file).filter { module, _ in
            if file.isTest && module == "Glibc" { return false }
            guard let importers = importers[module] else { return false }
            return !importers.contains(file.target ?? "")
        }.map(\.line)
    }

    static let noFoundation = HouseRule(statement: "sources do without Foundation") { file in
        guard file.isSource else { return [] }
        return imports(in: file).filter { $0.module.hasPrefix("Foundation") }.map(\.line)
    }

    static let declaredImports = HouseRule(
        statement: "a module is imported where Package.swift has it as a dependency"
    ) { file in
        guard let target = file.target else { return [] }
        let modules = Set(Project.manifest.targets.map(\.name))
        let declared = Set(Project.manifest.target(target)?.dependencies ?? [])
        return imports(in: file).filter { module, _ in
            // `tests(_:_:)` in the manifest gives each test target this one.
            modules.contains(module) && !declared.contains(module)
                && !(file.isTest && module == "TestSupport")
        }.map(\.line)
    }

    /// The modules that a file imports, and where.
    private static func imports(in file: ProjectFile) -> [(module: String, line: Int)] {
        let tokens = file.swift?.tokens ?? []
        return tokens.indices.dropLast().compactMap { index in
            guard tokens[index].text == "import", tokens[index].kind == .word else { return nil }
            let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            let isScoped = kinds.contains(tokens[index + 1].text) && index + 2 < tokens.count
            return (tokens[isScoped ? index + 2 : index + 1].text, tokens[index].line)
        }
    }
}
