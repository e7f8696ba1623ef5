package dev.postroad.cli.screen;

/** What a terminal can show. */
public enum Characters {
    ALL,
    ASCII
}
