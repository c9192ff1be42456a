/// What Package.swift says of targets: those in its `targets:` array, in its order.
struct PackageManifest {
    struct Target: Equatable {
        let name: String
        /// Targets and products, as far as they are given as strings.
        let dependencies: [String]
        /// Where it is declared.
        let line: Int
    }

    let targets: [Target]

    init(_ text: String) {
        let tokens = SwiftLexer(text).tokens
        // The last `targets: [` is the package's: products have one too.
        let starts = tokens.indices.dropLast(2).filter {
            tokens[$0].text == "targets" && tokens[$0 + 1].text == ":"
                && tokens[$0 + 2].text == "["
        }
        guard let start = starts.last else {
            targets = []
            return
        }
        targets = PackageManifest.targets(in: tokens[(start + 3)...])
    }

    /// Reads `module("A", ["B"])`, `.target(name: "A", dependencies: ["B"], path: "C")` and the
    /// like up to the bracket that closes the array.
    private static func targets(in tokens: ArraySlice<SwiftLexer.Token>) -> [Target] {
        var targets: [Target] = []
        var depth = 0
        var name: SwiftLexer.Token?
        var dependencies: [String] = []
        for token in tokens {
            switch (token.kind, token.text) {
            case (.punctuation, "("), (.punctuation, "["): depth += 1
            case (.punctuation, ")"), (.punctuation, "]"):
                depth -= 1
                if depth < 0 { return targets }
                guard depth == 0, let declared = name else { continue }
                targets.append(
                    Target(
                        name: declared.text, dependencies: dependencies, line: declared.line))
                (name, dependencies) = (nil, [])
            case (.string, let text):
                if name == nil {
                    name = token
                } else if depth == 2 {
                    dependencies.append(text)
                }
            case (.word, _), (.punctuation, _): continue
            }
        }
        return targets
    }

    func target(_ name: String) -> Target? { targets.first { $0.name == name } }

    /// The target and all that it needs.
    func closure(of name: String) -> Set<String> {
        var reached: Set<String> = []
        var open = [name]
        while let next = open.popLast() {
            guard reached.insert(next).inserted else { continue }
            open += target(next)?.dependencies ?? []
        }
        return reached
    }
}
