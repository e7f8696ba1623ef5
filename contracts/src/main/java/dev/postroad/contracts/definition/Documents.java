package dev.postroad.contracts.definition;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Splits a text into its YAML or JSON documents, with the same bounds as all other JSON. Thread-safe. */
final class Documents {
    private static final YAMLMapper YAML = YAMLMapper.builder(YAMLFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(Json.MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .nodeFactory(Json.nodes())
            .build();

    private Documents() {}

    /**
     * The documents that are not empty.
     *
     * @throws FaultsException where the text cannot be read, or holds what cannot be stored
     */
    static List<JsonNode> of(String text) throws FaultsException {
        // Not all JSON is YAML: YAML knows no \/ and no tabs before a value.
        if (text.stripLeading().startsWith("{")) {
            try {
                return List.of(Json.read(text));
            } catch (FaultsException notJson) {
                // YAML in braces; if it is not that either, the YAML reader says where it stumbles.
            }
        }
        try {
            refuseAliases(text);
            return yaml(text);
        } catch (IOException notYaml) {
            throw fault("cannot be read: " + notYaml.getMessage(), "write YAML or JSON");
        }
    }

    private static List<JsonNode> yaml(String text) throws IOException, FaultsException {
        List<JsonNode> documents = new ArrayList<>();
        try (YAMLParser parser = YAML.getFactory().createParser(text)) {
            for (JsonNode document = next(parser); document != null; document = next(parser)) {
                String unstorable = Json.unstorableText(document);
                if (unstorable != null) {
                    throw fault(unstorable, "remove or change it");
                }
                if (!document.isNull()) {
                    documents.add(document);
                }
            }
        }
        return documents;
    }

    /** Document by document: Jackson's iterator would take the elements of a list for documents. */
    private static @Nullable JsonNode next(YAMLParser parser) throws IOException {
        return YAML.readTree(parser);
    }

    /** Jackson reads the alias {@code *name} as the text "name", which no author can have meant. */
    private static void refuseAliases(String text) throws IOException, FaultsException {
        try (YAMLParser parser = YAML.getFactory().createParser(text)) {
            while (parser.nextToken() != null) {
                if (parser.isCurrentAlias()) {
                    String place = "in line " + parser.currentTokenLocation().getLineNr();
                    throw fault("has a YAML alias " + place, "write out what it stands for");
                }
            }
        }
    }

    private static FaultsException fault(String problem, String remedy) {
        return new FaultsException(List.of(new Fault("", "the text " + problem, remedy)));
    }
}
