/** Chat people: who is here, as a list; and the disc that stands for a person. */

const TONES = 6;

/** The first letter, as people count letters. */
function initialOf(name) {
  const [{ segment }] = new Intl.Segmenter().segment(name);
  return segment.toUpperCase();
}

/** An element with a text, whatever that text looks like. */
export function createPart(tag, name, text) {
  const part = document.createElement(tag);
  part.className = name;
  part.textContent = text;
  return part;
}

/** A disc with the initial, in one of a few tones: the same for the same name. For the eye alone. */
export function createAvatar(name) {
  const avatar = createPart("span", "avatar", initialOf(name));
  const sum = [...name].reduce((total, character) => total + character.codePointAt(0), 0);
  avatar.dataset.tone = String(sum % TONES);
  avatar.ariaHidden = "true";
  return avatar;
}

function createPerson(name, isOwn) {
  const row = document.createElement("li");
  row.append(createAvatar(name), createPart("span", "person-name", name));
  if (isOwn) row.append(createPart("small", "", "you"));
  return row;
}

export class PeopleList {
  #list;
  #empty;
  #count;

  /**
   * @param {HTMLElement} list where people go
   * @param {HTMLElement} empty shown while nobody is here
   * @param {HTMLElement} count
   */
  constructor(list, empty, count) {
    this.#list = list;
    this.#empty = empty;
    this.#count = count;
  }

  /** Shows these people, of whom the visitor is the one with `ownId`. */
  show(people, ownId) {
    this.#list.replaceChildren(...people.map(({ id, name }) => createPerson(name, id === ownId)));
    this.#empty.hidden = people.length > 0;
    this.#count.textContent = people.length > 0 ? String(people.length) : "";
  }
}
