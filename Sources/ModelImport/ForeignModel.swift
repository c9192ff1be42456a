internal import Features
internal import Tables

/// A model, or something else, that is not what XGBoost's `save_model` writes, by what it begins
/// with. Nothing of it is read but its bytes: a pickle is a program, and is never run.
package enum ForeignModel: Equatable, Sendable {
    /// What `dump_model` writes of LightGBM's trees.
    case lightGBMDump
    case catBoost
    /// What `dump_model` writes of XGBoost's trees.
    case treeDump
    /// What `save_config` writes: parameters, and no tree.
    case configuration
    /// XGBoost's own binary format of before 1.6.
    case oldBinary
    /// A pickle, and the library that it names.
    case pickle(of: PickledModel?)
    case compressed(name: String)
    case keras
    case tensorFlow
    case pyTorch
    case skops
    case pmml
    case gguf
    case safetensors
    case numPy
    case archive
    case table(name: String)
    case html
    case lfsPointer
    case sourceCode
    case wideText
    case jsonArray
    /// JSON of another kind.
    case otherJSON

    /// The kind of model whose module a pickle names.
    package enum PickledModel: String, CaseIterable, Sendable {
        case xgboost, lightgbm, catboost, sklearn, torch, keras
    }

    /// Bytes of the beginning that are searched for names.
    private static let searchedBytesMax = 1 << 16

    /// What the file is; nil where it may be a model of XGBoost.
    package init?(_ bytes: Span<UInt8>) {
        if let found = ForeignModel.binary(bytes) ?? ForeignModel.text(bytes) {
            self = found
        } else {
            return nil
        }
    }

    /// What JSON that is not a model of XGBoost is.
    package init?(json bytes: Span<UInt8>) {
        func holds(_ text: String) -> Bool {
            bytes.holds(text, within: ForeignModel.searchedBytesMax)
        }
        switch bytes.firstMark {
        case UInt8(ascii: "["): self = holds("\"nodeid\"") ? .treeDump : .jsonArray
        case UInt8(ascii: "{"):
            if holds("\"tree_info\"") && holds("\"max_feature_idx\"") {
                self = .lightGBMDump
            } else if holds("\"features_info\"") || holds("\"oblivious_trees\"") {
                self = .catBoost
            } else if holds("\"nodeid\"") && !holds("\"learner\"") {
                self = .treeDump
            } else if holds("\"learner\"") && holds("\"generic_param\"") {
                self = .configuration
            } else if !holds("learner") {
                self = .otherJSON
            } else {
                return nil
            }
        default: return nil
        }
    }

    private static func binary(_ bytes: Span<UInt8>) -> ForeignModel? {
        guard let signature = FileSignature(beginning: bytes) else { return unsigned(bytes) }
        switch signature {
        case .gzip: return .compressed(name: "gzip")
        case .zlib: return .compressed(name: "zlib")
        case .bzip2: return .compressed(name: "bzip2")
        case .xz: return .compressed(name: "xz")
        case .zstandard: return .compressed(name: "zstd")
        case .lz4: return .compressed(name: "lz4")
        case .zip: return archive(bytes)
        case .pickle: return pickle(bytes)
        case .hdf5: return .keras
        case .numpy: return .numPy
        case .gguf: return .gguf
        case .lfsPointer: return .lfsPointer
        case .parquet: return .table(name: "Parquet")
        case .arrow, .feather: return .table(name: "Arrow")
        case .orc: return .table(name: "ORC")
        case .avro: return .table(name: "Avro")
        case .oldOffice: return .table(name: "Excel")
        case .sqlite: return .table(name: "SQLite")
        }
    }

    /// Formats that begin with no signature.
    private static func unsigned(_ bytes: Span<UInt8>) -> ForeignModel? {
        if bytes.begins(with: Array("CBM1".utf8)) { return .catBoost }
        if bytes.begins(with: Array("binf".utf8)) || bytes.begins(with: Array("bs64".utf8)) {
            return .oldBinary
        }
        if bytes.begins(with: [0xFF, 0xFE]) || bytes.begins(with: [0xFE, 0xFF]) {
            return .wideText
        }
        if bytes.count > 8, bytes.extracting(4...).begins(with: Array("TFL3".utf8)) {
            return .tensorFlow
        }
        // Safetensors: the length of a header as eight bytes, then the header, which is JSON.
        if bytes.count > 10, bytes[6] == 0, bytes[7] == 0, bytes[8] == UInt8(ascii: "{"),
            bytes[9] == UInt8(ascii: "\"")
        {
            return .safetensors
        }
        // Protocol Buffers, field 1 `saved_model_schema_version`. In ONNX it is `ir_version`, which
        // has been 3 at least for years.
        let isTensorFlow =
            bytes.count > 4 && bytes[0] == 0x08 && bytes[1] == 1 && bytes[2] & 0x07 == 2
        return isTensorFlow ? .tensorFlow : nil
    }

    private static func archive(_ bytes: Span<UInt8>) -> ForeignModel {
        if bytes.holds("model.weights.h5") || bytes.holds("config.json") { return .keras }
        if bytes.holds("data.pkl") { return .pyTorch }
        if bytes.holds("schema.json") { return .skops }
        if bytes.holds(".npy") { return .numPy }
        return bytes.holds("[Content_Types].xml") ? .table(name: "Excel") : .archive
    }

    private static func pickle(_ bytes: Span<UInt8>) -> ForeignModel {
        for model in PickledModel.allCases
        where bytes.holds(model.rawValue, within: searchedBytesMax) {
            return .pickle(of: model)
        }
        return .pickle(of: nil)
    }

    private static func text(_ bytes: Span<UInt8>) -> ForeignModel? {
        func begins(_ text: String) -> Bool { bytes.begins(with: Array(text.utf8)) }
        if begins("booster[") { return .treeDump }
        // Protocol 0 of pickle is text: the opcode GLOBAL, a module and a name.
        if begins("ccopy_reg\n") || begins("c__builtin__\n") || begins("cxgboost")
            || begins("csklearn")
        {
            return pickle(bytes)
        }
        if bytes.firstMark == UInt8(ascii: "<") {
            return bytes.holds("<PMML", within: 4096) ? .pmml : .html
        }
        if begins("#include") || begins("#!") || begins("import ") || begins("def ")
            || begins("###")
        {
            return .sourceCode
        }
        return bytes.firstMark == UInt8(ascii: "[") ? ForeignModel(json: bytes) : nil
    }
}
