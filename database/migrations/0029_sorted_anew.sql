-- What a message was sorted as is about the text that was read: when the person changes it, nobody knows any more.
CREATE TRIGGER message_sorting_is_of_its_text AFTER UPDATE OF text ON message WHEN OLD.text IS NOT NEW.text
BEGIN
    DELETE FROM message_sorting WHERE message_id = OLD.id;
END;
