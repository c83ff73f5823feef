/** Before the mailbox of most networks answers. */
export const ringingSeconds = 25;
/** No text of ours takes longer to say. */
export const callSecondsMax = 120;
