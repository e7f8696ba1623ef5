package dev.postroad.contracts.definition;

import java.util.regex.Pattern;

/** The rules for names in definitions. */
final class Names {
    static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    static final String NAME_RULE = "1 to 64 of A-Z a-z 0-9 . _ -, starting with a letter or digit";
    static final Pattern CHANNEL = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");
    static final String CHANNEL_RULE = "1 to 64 of A-Z a-z 0-9 _, not starting with a digit";

    static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}");
    static final String MODEL_RULE =
            "the name of a model: 1 to 128 of A-Z a-z 0-9 . _ : / @ -, starting with a letter or digit";

    private Names() {}
}
