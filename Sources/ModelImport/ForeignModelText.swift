extension ForeignModel: CustomStringConvertible {
    private static let saving = "booster.save_model(\"model.json\")"
    /// Of a pipeline of scikit-learn, with an input for each column of X.
    private static let exporting =
        "open(\"model.onnx\", \"wb\").write(skl2onnx.to_onnx(model, X[:1].astype({c: \"float32\" "
        + "for c in X.select_dtypes(\"number\")})).SerializeToString())"
    private static let savingText = "booster.save_model(\"model.txt\")"
    private static let wanted = "expected what XGBoost's \(saving) writes"
    private static let otherLibrary =
        "\(wanted): train with XGBoost on the same columns, or churnctl train on the table"

    /// One line: what it is, what was wanted, and how to convert it.
    package var description: String {
        switch self {
        case .lightGBMDump:
            "a LightGBM model as dump_model writes it, expected what \(Self.savingText) writes"
        case .catBoost: "a CatBoost model, \(Self.otherLibrary)"
        case .treeDump:
            "trees as XGBoost's dump_model writes them for people to read, without base score and "
                + "objective; \(Self.wanted)"
        case .configuration:
            "parameters as XGBoost's save_config writes them, without a tree; \(Self.wanted)"
        case .oldBinary:
            "XGBoost's old binary format; load it in Python with the release that wrote it, 3.0 at "
                + "most, and call \(Self.saving)"
        case .pickle(let model): ForeignModel.pickleText(model)
        case .compressed(let name):
            "compressed by \(name), perhaps by joblib; load it in Python where you trust it, and "
                + "call model.get_booster().save_model(\"model.json\"), or of scikit-learn "
                + Self.exporting
        case .keras: "a Keras or HDF5 file, \(Self.otherLibrary)"
        case .tensorFlow: "a TensorFlow model, \(Self.otherLibrary)"
        case .pyTorch: "a PyTorch file, \(Self.otherLibrary)"
        case .skops:
            "a skops file of scikit-learn; load it in Python where you trust it, and call "
                + Self.exporting
        case .pmml: "a PMML document, \(Self.otherLibrary)"
        case .gguf: "a GGUF language model, \(Self.otherLibrary)"
        case .safetensors: "a safetensors file, \(Self.otherLibrary)"
        case .numPy: "a NumPy file, \(Self.otherLibrary)"
        case .archive: "a zip archive, \(Self.wanted), not packed"
        case .table(let name): "a table (\(name)), \(Self.wanted)"
        case .html: "an HTML or XML document, \(Self.wanted); perhaps the page of a login"
        case .lfsPointer: "a pointer of Git LFS, expected the file itself: git lfs pull"
        case .sourceCode: "source code, \(Self.wanted)"
        case .wideText: "text in UTF-16, expected UTF-8: iconv -f UTF-16 -t UTF-8"
        case .jsonArray: "an array of JSON, \(Self.wanted)"
        case .otherJSON: "JSON without the member \"learner\", \(Self.wanted)"
        }
    }

    private static func pickleText(_ model: PickledModel?) -> String {
        let way = "load it in Python where you trust it, for that runs what is in it, and call "
        switch model {
        case .xgboost:
            return "a pickle or joblib file of XGBoost; \(way)\(saving), of an XGBClassifier "
                + "model.save_model(\"model.json\")"
        case .sklearn:
            return
                "a pickle or joblib file of scikit-learn; \(way)\(exporting); where its last step "
                + "is of XGBoost model[-1].get_booster().save_model(\"model.json\")"
        case .lightgbm:
            return "a pickle or joblib file of LightGBM; \(way)\(savingText), of an LGBMClassifier "
                + "model.booster_.save_model(\"model.txt\")"
        case .catboost, .torch, .keras:
            return "a pickle or joblib file of \(model.map(name) ?? "a model"), \(otherLibrary)"
        case .none:
            return "a pickle or joblib file, \(wanted): \(way)\(saving)"
        }
    }

    private static func name(_ model: PickledModel) -> String {
        switch model {
        case .xgboost: "XGBoost"
        case .lightgbm: "LightGBM"
        case .catboost: "CatBoost"
        case .sklearn: "scikit-learn"
        case .torch: "PyTorch"
        case .keras: "Keras"
        }
    }
}
